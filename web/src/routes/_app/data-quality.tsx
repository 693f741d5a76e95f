import { createFileRoute } from "@tanstack/react-router";
import { DuplicatesPage } from "@/insight/DuplicatesPage";

export const Route = createFileRoute("/_app/data-quality")({
  validateSearch: (search: Record<string, unknown>): { state?: "not_the_same" } =>
    search.state === "not_the_same" ? { state: "not_the_same" } : {},
  component: DataQuality,
});

function DataQuality() {
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
