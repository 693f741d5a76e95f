import { createFileRoute } from "@tanstack/react-router";
import { SnippetsPage } from "@/settings/SnippetsPage";

export const Route = createFileRoute("/_app/settings/snippets")({ component: SnippetsPage });
