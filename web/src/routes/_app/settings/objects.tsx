import { createFileRoute } from "@tanstack/react-router";
import { ObjectsPage } from "@/fields/ObjectsPage";

export const Route = createFileRoute("/_app/settings/objects")({ component: ObjectsPage });
