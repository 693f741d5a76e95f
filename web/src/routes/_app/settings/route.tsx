import { createFileRoute, Outlet } from "@tanstack/react-router";
import { loadSettings } from "@/app/i18n/i18n";
import { SettingsFrame } from "@/settings/SettingsFrame";

export const Route = createFileRoute("/_app/settings")({
  beforeLoad: loadSettings,
  component: Settings,
});

function Settings() {
  return (
    <SettingsFrame>
      <Outlet />
    </SettingsFrame>
  );
}
