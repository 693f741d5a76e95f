import { createFileRoute } from "@tanstack/react-router";
import { spans, ValuePage } from "@/insight/value/ValuePage";
import { type Measure, measures } from "@/insight/value/valueApi";

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
