import { createFileRoute } from "@tanstack/react-router";
import { HomePage } from "@/insight/HomePage";
import { baseQuery } from "@/insight/insightApi";

export const Route = createFileRoute("/_app/")({
  validateSearch: (search: Record<string, unknown>): { all?: boolean } =>
    search.all === true ? { all: true } : {},
  loader: ({ context: { queryClient } }) => queryClient.ensureQueryData(baseQuery),
  component: Home,
});

function Home() {
  const { all } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <HomePage
      mine={!all}
      onMine={(mine) => void navigate({ search: mine ? {} : { all: true }, replace: true })}
    />
  );
}
