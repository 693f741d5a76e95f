import { createFileRoute } from "@tanstack/react-router";
import { loadTextsOf } from "@/app/i18n/i18n";
import { ValuePage } from "@/insight/value/ValuePage";
import { type Measure, measures, spans } from "@/insight/value/valueSearch";

const usual = 24;

interface ValueSearch {
  months?: number;
  measure?: Measure;
}

export const Route = createFileRoute("/_app/value")({
  validateSearch: (search: Record<string, unknown>): ValueSearch => {
    const months = spans.find((span) => span === search.months);
    const measure = measures.find((one) => one === search.measure);
    return { ...(months ? { months } : {}), ...(measure ? { measure } : {}) };
  },
  beforeLoad: () => loadTextsOf("value"),
  component: Value,
});

function Value() {
  const { months = usual, measure } = Route.useSearch();
  const navigate = Route.useNavigate();
  const change = (search: ValueSearch) =>
    void navigate({ search: (before) => ({ ...before, ...search }), replace: true });
  return (
    <ValuePage
      months={months}
      measure={measure}
      onMonths={(chosen) => change({ months: chosen })}
      onMeasure={(chosen) => change({ measure: chosen })}
    />
  );
}
