import { createFileRoute } from "@tanstack/react-router";
import { PeoplePage } from "@/settings/PeoplePage";

export const Route = createFileRoute("/_app/settings/people")({ component: PeoplePage });
