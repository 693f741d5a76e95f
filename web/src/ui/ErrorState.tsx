import { CloudAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { EmptyState } from "@/ui/EmptyState";
import { useErrorText } from "@/ui/errorText";
import { PlainButton } from "@/ui/PlainButton";

interface Props {
  error: unknown;
  onRetry?: () => void;
  /** The whole page could not be shown. */
  page?: boolean;
}

export function ErrorState({ error, onRetry, page }: Props) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const requestId = error instanceof ApiError ? error.requestId : "";
  const known = error instanceof ApiError && error.status < 500;
  return (
    <div role="alert">
      <EmptyState
        page={page}
        icon={CloudAlert}
        title={t("error.title")}
        text={
          <>
            {known ? errorText(error) : t("error.text")}
            {requestId && (
              <>
                <br />
                <small>{t("error.requestId", { id: requestId })}</small>
              </>
            )}
          </>
        }
        action={onRetry && <PlainButton onClick={onRetry}>{t("common.retry")}</PlainButton>}
      />
    </div>
  );
}
