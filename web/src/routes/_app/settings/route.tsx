import { createFileRoute, Outlet } from "@tanstack/react-router";
import { loadTextsOf } from "@/app/i18n/i18n";
import { SettingsFrame } from "@/settings/SettingsFrame";

export const Route = createFileRoute("/_app/settings")({
  beforeLoad: () => loadTextsOf("settings"),
  component: Settings,
});

function Settings() {
  return (
    <SettingsFrame>
      <Outlet />
    </SettingsFrame>
  );
}
