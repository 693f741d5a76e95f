import { createFileRoute, redirect } from "@tanstack/react-router";
import { recordQuery } from "@/api/records";
import { loadTextsOf } from "@/app/i18n/i18n";
import { CustomerPage } from "@/customers/CustomerPage";
import { parseCustomerSearch } from "@/customers/customerSearch";

export const Route = createFileRoute("/_app/customers/$id")({
  validateSearch: parseCustomerSearch,
  beforeLoad: () => loadTextsOf("value"), // of the ledger's card
  loader: async ({ context: { queryClient }, params: { id }, location }) => {
    const { record } = await queryClient.ensureQueryData(recordQuery("customers", id));
    if (record.id === id) return;
    // It was merged: the server answered with the record that stands for it now.
    queryClient.removeQueries({ queryKey: recordQuery("customers", id).queryKey });
    throw redirect({ href: location.href.replace(id, record.id), replace: true });
  },
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
