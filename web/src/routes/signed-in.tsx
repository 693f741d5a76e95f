import { createFileRoute } from "@tanstack/react-router";
import { SignedInPage } from "@/app/session/SignedInPage";

export const Route = createFileRoute("/signed-in")({ component: SignedInPage });
