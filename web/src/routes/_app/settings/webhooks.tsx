import { createFileRoute } from "@tanstack/react-router";
import { WebhooksPage } from "@/settings/WebhooksPage";

export const Route = createFileRoute("/_app/settings/webhooks")({ component: WebhooksPage });
