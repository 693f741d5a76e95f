import { createFileRoute } from "@tanstack/react-router";

export const Route = createFileRoute("/_app/imports/new")({
  validateSearch: (search: Record<string, unknown>): { target?: string } =>
    typeof search.target === "string" ? { target: search.target } : {},
  component: () => null,
});
