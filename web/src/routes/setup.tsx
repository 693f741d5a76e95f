import { createFileRoute, useRouter } from "@tanstack/react-router";
import { sessionQuery } from "@/api/session";
import type { Session } from "@/api/types";
import { SetUpPage } from "@/app/session/SetUpPage";

export const Route = createFileRoute("/setup")({
  validateSearch: (search: Record<string, unknown>) => ({ token: String(search.token ?? "") }),
  component: SetUp,
});

function SetUp() {
  const router = useRouter();
  const { queryClient } = Route.useRouteContext();
  const { token } = Route.useSearch();
  async function enter(session: Session) {
    queryClient.setQueryData(sessionQuery.queryKey, session);
    await router.invalidate();
    router.history.push("/");
  }
  return <SetUpPage token={token} onDone={enter} />;
}
