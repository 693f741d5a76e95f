import { createFileRoute } from "@tanstack/react-router";
import { RetentionPage } from "@/settings/RetentionPage";

export const Route = createFileRoute("/_app/settings/retention")({ component: RetentionPage });
