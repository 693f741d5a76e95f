import { createFileRoute } from "@tanstack/react-router";
import { LayoutsPage } from "@/layouts/LayoutsPage";
import { layoutsQuery } from "@/layouts/layoutsApi";

interface Search {
  object?: string;
  role?: string;
  part?: "form";
}

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

export const Route = createFileRoute("/_app/settings/layouts")({
  validateSearch: (search: Record<string, unknown>): Search => ({
    object: text(search.object),
    role: text(search.role),
    part: search.part === "form" ? "form" : undefined,
  }),
  loader: ({ context: { queryClient } }) => queryClient.ensureQueryData(layoutsQuery),
  component: Layouts,
});

function Layouts() {
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <LayoutsPage
      {...search}
      onChoose={(change) => void navigate({ search: { ...search, ...change }, replace: true })}
    />
  );
}
