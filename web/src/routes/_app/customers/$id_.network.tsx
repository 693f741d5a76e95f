import { createFileRoute } from "@tanstack/react-router";
import { recordQuery } from "@/api/records";
import { NetworkPage, type NetworkSearch } from "@/customers/NetworkPage";

export const Route = createFileRoute("/_app/customers/$id_/network")({
  validateSearch: ({ steps, kinds }: Record<string, unknown>): NetworkSearch => ({
    steps: [1, 3].find((one) => one === steps),
    kinds: Array.isArray(kinds) && kinds.length > 0 ? kinds.map(String) : undefined,
  }),
  loader: ({ context: { queryClient }, params: { id } }) =>
    queryClient.ensureQueryData(recordQuery("customers", id)),
  component: Around,
});

function Around() {
  const { id } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <NetworkPage
      key={id}
      id={id}
      search={search}
      onSearch={(change) => void navigate({ search: change, replace: true })}
    />
  );
}
