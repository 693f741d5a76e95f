import { createFileRoute } from "@tanstack/react-router";
import { ImportsPage } from "@/imports/ImportsPage";
import { importsQuery } from "@/imports/importsApi";

export const Route = createFileRoute("/_app/imports/")({
  loader: ({ context: { queryClient } }) => queryClient.ensureInfiniteQueryData(importsQuery),
  component: ImportsPage,
});
