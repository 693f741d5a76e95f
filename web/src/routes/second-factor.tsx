import { createFileRoute, redirect, useRouter } from "@tanstack/react-router";
import { sessionQuery } from "@/api/session";
import { loadAreas, loadTextsOf } from "@/app/i18n/i18n";
import { AddFactorPage } from "@/settings/AddFactorPage";

export const Route = createFileRoute("/second-factor")({
  beforeLoad: async ({ context: { session } }) => {
    if (!session.add_factor) throw redirect({ to: "/" });
    await loadAreas();
    await loadTextsOf("settings");
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
