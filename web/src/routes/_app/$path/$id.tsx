import { createFileRoute, notFound } from "@tanstack/react-router";
import { findObject, metaQuery } from "@/api/meta";
import { recordQuery } from "@/api/records";
import { RecordPage } from "@/objects/record/RecordPage";

export const Route = createFileRoute("/_app/$path/$id")({
  loader: async ({ context: { queryClient }, params: { path, id } }) => {
    const object = findObject(await queryClient.ensureQueryData(metaQuery), path);
    if (!object) throw notFound();
    await queryClient.ensureQueryData(recordQuery(object.path, id));
  },
  component: AnyRecord,
});

function AnyRecord() {
  const { path, id } = Route.useParams();
  return <RecordPage key={id} type={path} id={id} />;
}
