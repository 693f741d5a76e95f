import { useTranslation } from "react-i18next";
import type { HistoryEntry } from "@/api/types";

/** What somebody did to a record or to one of its files, as the end of a sentence about them. */
export function useActionText() {
  const { t } = useTranslation();
  return (action: HistoryEntry["action"], file?: HistoryEntry["file"]) =>
    file
      ? t(`files.told.${action}`, { name: file.label ?? "", former: file.former ?? "" })
      : t(`history.action.${action}`);
}
