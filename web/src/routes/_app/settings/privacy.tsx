import { createFileRoute } from "@tanstack/react-router";
import { PrivacyPage } from "@/settings/PrivacyPage";

export const Route = createFileRoute("/_app/settings/privacy")({ component: PrivacyPage });
