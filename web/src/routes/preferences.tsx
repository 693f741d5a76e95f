import { createFileRoute } from "@tanstack/react-router";
import { PreferencesPage } from "@/app/session/PreferencesPage";

export const Route = createFileRoute("/preferences")({ component: Preferences });

function Preferences() {
  // Behind the "#", where no server and no log ever reads it.
  return <PreferencesPage linkKey={location.hash.slice(1)} />;
}
