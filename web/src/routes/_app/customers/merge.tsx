import { useQueryClient } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useObject } from "@/api/meta";
import { duplicatesKey } from "@/insight/duplicatesApi";
import { MergePage } from "@/objects/merge/MergePage";

export const Route = createFileRoute("/_app/customers/merge")({
  validateSearch: (search: Record<string, unknown>): { ids: string; queue?: true } => ({
    ids: typeof search.ids === "string" ? search.ids : "",
    ...(search.queue === true ? { queue: true } : {}),
  }),
  component: MergeCustomers,
});

function MergeCustomers() {
  const { ids, queue } = Route.useSearch();
  const navigate = Route.useNavigate();
  const client = useQueryClient();
  const object = useObject("customers");
  return (
    <MergePage
      key={ids}
      object={object}
      ids={ids.split(",").filter(Boolean)}
      onDone={async ({ survivor }) => {
        if (queue) {
          await client.invalidateQueries({ queryKey: duplicatesKey });
          await navigate({ to: "/data-quality/duplicates", replace: true });
        } else {
          await navigate({ to: "/customers/$id", params: { id: survivor.id }, replace: true });
        }
      }}
      onCancel={() =>
        void (queue
          ? navigate({ to: "/data-quality/duplicates" })
          : navigate({ to: "/$path", params: { path: "customers" } }))
      }
    />
  );
}
