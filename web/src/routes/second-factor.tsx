import { createFileRoute, redirect, useRouter } from "@tanstack/react-router";
import { sessionQuery } from "@/api/session";
import { AddFactorPage } from "@/settings/AddFactorPage";

export const Route = createFileRoute("/second-factor")({
  beforeLoad: ({ context: { session } }) => {
    if (!session.add_factor) throw redirect({ to: "/" });
  },
  component: SecondFactor,
});

function SecondFactor() {
  const router = useRouter();
  const { queryClient } = Route.useRouteContext();
  async function goOn() {
    await queryClient.fetchQuery({ ...sessionQuery, staleTime: 0 });
    await router.invalidate();
  }
  return <AddFactorPage onDone={goOn} />;
}
