import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { type ErrorComponentProps, Link, useRouter } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState
      page
      icon={Compass}
      title={t("error.notFound.title")}
      text={t("error.notFound.text")}
      action={<Link to="/">{t("error.notFound.home")}</Link>}
    />
  );
}

export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  useEffect(() => queries.reset(), [queries]);
  if (error instanceof ApiError && error.status === 404) return <NotFound />;
  const retry = () => {
    reset();
    router.invalidate();
  };
  return <ErrorState page error={error} onRetry={retry} />;
}
