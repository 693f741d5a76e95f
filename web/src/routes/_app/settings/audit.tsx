import { createFileRoute } from "@tanstack/react-router";
import { AuditPage } from "@/settings/AuditPage";
import { parseAuditSearch } from "@/settings/auditSearch";

export const Route = createFileRoute("/_app/settings/audit")({
  validateSearch: parseAuditSearch,
  component: Audit,
});

function Audit() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <AuditPage
      search={search}
      onSearch={(change) =>
        void navigate({ search: (old) => ({ ...old, ...change }), replace: true })
      }
    />
  );
}
