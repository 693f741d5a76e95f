import { createFileRoute, redirect } from "@tanstack/react-router";
import { metaQuery } from "@/api/meta";
import { Frame } from "@/app/frame/Frame";
import { loadAreas, switchLanguage } from "@/app/i18n/i18n";

export const Route = createFileRoute("/_app")({
  beforeLoad: async ({ context: { session }, location }) => {
    if (!session.user) {
      const next = location.href === "/" ? undefined : location.href;
      throw redirect({ to: "/sign-in", search: { next } });
    }
    if (session.add_factor) throw redirect({ to: "/second-factor" });
    if (session.user.language) await switchLanguage(session.user.language);
    await loadAreas();
  },
  loader: ({ context }) => context.queryClient.ensureQueryData(metaQuery),
  component: Frame,
});
