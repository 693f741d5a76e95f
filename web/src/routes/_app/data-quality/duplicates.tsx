import { createFileRoute } from "@tanstack/react-router";
import { DuplicatesPage } from "@/insight/DuplicatesPage";

export const Route = createFileRoute("/_app/data-quality/duplicates")({
  validateSearch: (search: Record<string, unknown>): { state?: "not_the_same" | "merged" } =>
    search.state === "not_the_same" || search.state === "merged" ? { state: search.state } : {},
  component: Duplicates,
});

function Duplicates() {
  const { state = "open" } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <DuplicatesPage
      key={state}
      state={state}
      onState={(chosen) =>
        void navigate({ search: chosen === "open" ? {} : { state: chosen }, replace: true })
      }
      onMerge={(ids) =>
        void navigate({ to: "/customers/merge", search: { ids: ids.join(","), queue: true } })
      }
    />
  );
}
