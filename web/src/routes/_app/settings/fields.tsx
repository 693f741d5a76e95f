import { createFileRoute } from "@tanstack/react-router";
import { FieldsPage } from "@/fields/FieldsPage";
import { customFieldsQuery } from "@/fields/fieldsApi";

export const Route = createFileRoute("/_app/settings/fields")({
  validateSearch: (search: Record<string, unknown>): { object?: string } =>
    typeof search.object === "string" ? { object: search.object } : {},
  loader: ({ context: { queryClient } }) => queryClient.ensureQueryData(customFieldsQuery),
  component: Fields,
});

function Fields() {
  const { object } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <FieldsPage
      chosen={object}
      onChoose={(name) => void navigate({ search: { object: name }, replace: true })}
    />
  );
}
