import { createFileRoute } from "@tanstack/react-router";
import { recordQuery } from "@/api/records";
import { CustomerPage } from "@/customers/CustomerPage";
import { parseCustomerSearch } from "@/customers/customerSearch";

export const Route = createFileRoute("/_app/customers/$id")({
  validateSearch: parseCustomerSearch,
  loader: ({ context: { queryClient }, params: { id } }) =>
    queryClient.ensureQueryData(recordQuery("customers", id)),
  component: Customer,
});

function Customer() {
  const { id } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <CustomerPage
      key={id}
      id={id}
      search={search}
      onSearch={(change) =>
        void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
      }
    />
  );
}
