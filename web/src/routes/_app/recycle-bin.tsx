import { createFileRoute } from "@tanstack/react-router";
import { RecycleBin } from "@/objects/bin/RecycleBin";

export const Route = createFileRoute("/_app/recycle-bin")({
  validateSearch: (search: Record<string, unknown>): { object?: string } =>
    typeof search.object === "string" ? { object: search.object } : {},
  component: Bin,
});

function Bin() {
  const { object } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <RecycleBin
      chosen={object}
      onChoose={(name) => void navigate({ search: { object: name }, replace: true })}
    />
  );
}
