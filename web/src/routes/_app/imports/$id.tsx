import { createFileRoute } from "@tanstack/react-router";
import { ImportPage, type ImportSearch } from "@/imports/ImportPage";
import { importQuery, targetsQuery, verdicts } from "@/imports/importsApi";
import { isStep } from "@/imports/steps";

export const Route = createFileRoute("/_app/imports/$id")({
  validateSearch: ({ step, verdict }: Record<string, unknown>): ImportSearch => ({
    step: isStep(step) ? step : undefined,
    verdict: verdicts.find((one) => one === verdict),
  }),
  loader: ({ context: { queryClient }, params: { id } }) =>
    Promise.all([
      queryClient.ensureQueryData(importQuery(id)),
      queryClient.ensureQueryData(targetsQuery),
    ]),
  component: OneImport,
});

function OneImport() {
  const { id } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <ImportPage
      key={id}
      id={id}
      search={search}
      onSearch={(change) => void navigate({ search: (old) => ({ ...old, ...change }) })}
    />
  );
}
