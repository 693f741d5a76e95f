import { createFileRoute } from "@tanstack/react-router";
import { loadTextsOf } from "@/app/i18n/i18n";

export const Route = createFileRoute("/_app/data-quality")({
  beforeLoad: () => loadTextsOf("quality"),
});
