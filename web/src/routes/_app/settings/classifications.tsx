import { createFileRoute } from "@tanstack/react-router";
import { ClassificationsPage } from "@/fields/ClassificationsPage";
import { classificationsQuery } from "@/fields/classificationsApi";

export const Route = createFileRoute("/_app/settings/classifications")({
  loader: ({ context: { queryClient } }) => queryClient.ensureQueryData(classificationsQuery),
  component: ClassificationsPage,
});
