import { createFileRoute } from "@tanstack/react-router";
import { useSaveSettings } from "@/app/session/useSaveSettings";
import { SettingsPage } from "@/settings/SettingsPage";

export const Route = createFileRoute("/_app/settings/")({ component: Settings });

function Settings() {
  return <SettingsPage onSave={useSaveSettings()} />;
}
