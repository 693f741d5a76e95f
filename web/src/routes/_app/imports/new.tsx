import { createFileRoute } from "@tanstack/react-router";
import { targetsQuery } from "@/imports/importsApi";
import { NewImport } from "@/imports/NewImport";

export const Route = createFileRoute("/_app/imports/new")({
  validateSearch: (search: Record<string, unknown>): { target?: string } =>
    typeof search.target === "string" ? { target: search.target } : {},
  loader: ({ context: { queryClient } }) => queryClient.ensureQueryData(targetsQuery),
  component: New,
});

function New() {
  const { target } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <NewImport
      target={target}
      onTarget={(next) => void navigate({ search: { target: next }, replace: true })}
    />
  );
}
