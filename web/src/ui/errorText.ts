import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";

/** One sentence for any failure: the server's own words, or that it cannot be reached. */
export function useErrorText() {
  const { t } = useTranslation();
  return useCallback(
    (error: unknown) => {
      if (error instanceof ApiError) {
        const fields = Object.values(error.fields).join(" ");
        return fields || error.message;
      }
      return error instanceof TypeError ? t("error.offline") : t("error.failed");
    },
    [t],
  );
}
