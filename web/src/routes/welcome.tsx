import { createFileRoute, useRouter } from "@tanstack/react-router";
import { sessionQuery } from "@/api/session";
import type { Session } from "@/api/types";
import { WelcomePage } from "@/app/session/WelcomePage";

export const Route = createFileRoute("/welcome")({ component: Welcome });

function Welcome() {
  const router = useRouter();
  const { queryClient } = Route.useRouteContext();
  async function enter(session: Session) {
    queryClient.setQueryData(sessionQuery.queryKey, session);
    await router.invalidate();
    router.history.replace("/");
  }
  // Behind the "#", where no server and no log ever reads it.
  return <WelcomePage linkKey={location.hash.slice(1)} onSignedIn={enter} />;
}
