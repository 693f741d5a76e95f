import { createFileRoute, redirect, useRouter } from "@tanstack/react-router";
import { sessionQuery } from "@/api/session";
import type { Session } from "@/api/types";
import { SignInPage } from "@/app/session/SignInPage";

export const Route = createFileRoute("/sign-in")({
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === "string" && /^\/(?!\/)/.test(search.next) ? { next: search.next } : {},
  beforeLoad: ({ context }) => {
    if (context.session.user) throw redirect({ to: "/" });
  },
  component: SignIn,
});

function SignIn() {
  const router = useRouter();
  const { queryClient } = Route.useRouteContext();
  const { next = "/" } = Route.useSearch();
  async function enter(session: Session) {
    queryClient.setQueryData(sessionQuery.queryKey, session);
    await router.invalidate();
    router.history.push(next);
  }
  return <SignInPage next={next} onSignedIn={enter} />;
}
