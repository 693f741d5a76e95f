import { createFileRoute } from "@tanstack/react-router";
import { recordQuery } from "@/api/records";
import { RecordPage } from "@/objects/record/RecordPage";
import { SetPassword } from "@/settings/SetPassword";

export const Route = createFileRoute("/_app/users/$id")({
  loader: ({ context, params }) =>
    context.queryClient.ensureQueryData(recordQuery("users", params.id)),
  component: UserPage,
});

function UserPage() {
  const { id } = Route.useParams();
  return <RecordPage key={id} type="user" id={id} actions={<SetPassword userId={id} />} />;
}
