import { createFileRoute } from "@tanstack/react-router";
import { loadTextsOf } from "@/app/i18n/i18n";
import { LifecyclePage } from "@/insight/lifecycle/LifecyclePage";

export const Route = createFileRoute("/_app/lifecycle")({
  beforeLoad: () => loadTextsOf("value"),
  component: LifecyclePage,
});
