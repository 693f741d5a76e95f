import { createFileRoute } from "@tanstack/react-router";
import { RolePage } from "@/settings/RolePage";

export const Route = createFileRoute("/_app/settings/roles/$id")({ component: Role });

function Role() {
  const { id } = Route.useParams();
  return <RolePage key={id} id={id} />;
}
