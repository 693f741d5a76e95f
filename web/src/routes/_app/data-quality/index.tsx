import { createFileRoute } from "@tanstack/react-router";
import { QualityPage } from "@/insight/quality/QualityPage";
import { type QualitySearch, qualitySearch } from "@/insight/quality/qualityApi";

export const Route = createFileRoute("/_app/data-quality/")({
  validateSearch: (search: Record<string, unknown>): QualitySearch => qualitySearch(search),
  component: DataQuality,
});

function DataQuality() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <QualityPage
      search={search}
      onSearch={(change) =>
        void navigate({ search: (before) => ({ ...before, ...change }), replace: true })
      }
    />
  );
}
