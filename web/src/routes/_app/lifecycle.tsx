import { createFileRoute } from "@tanstack/react-router";
import { LifecyclePage } from "@/insight/lifecycle/LifecyclePage";

export const Route = createFileRoute("/_app/lifecycle")({ component: LifecyclePage });
