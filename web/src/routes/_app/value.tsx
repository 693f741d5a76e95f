import { createFileRoute } from "@tanstack/react-router";
import { spans, ValuePage } from "@/insight/value/ValuePage";

const usual = 24;

export const Route = createFileRoute("/_app/value")({
  validateSearch: (search: Record<string, unknown>): { months?: number } =>
    spans.some((span) => span === search.months) ? { months: search.months as number } : {},
  component: Value,
});

function Value() {
  const { months = usual } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <ValuePage
      months={months}
      onMonths={(chosen) =>
        void navigate({ search: chosen === usual ? {} : { months: chosen }, replace: true })
      }
    />
  );
}
