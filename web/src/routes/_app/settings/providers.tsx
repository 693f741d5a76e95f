import { createFileRoute } from "@tanstack/react-router";
import { ProvidersPage } from "@/settings/ProvidersPage";

export const Route = createFileRoute("/_app/settings/providers")({ component: ProvidersPage });
