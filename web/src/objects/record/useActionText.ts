import { useTranslation } from "react-i18next";
import type { HistoryEntry } from "@/api/types";

type Told = Pick<HistoryEntry, "file" | "shared_with" | "merge">;

/** What somebody did to a record, one of its files or who has it, as the end of a sentence. */
export function useActionText() {
  const { t } = useTranslation();
  return (action: HistoryEntry["action"], { file, shared_with, merge }: Partial<Told>) => {
    if (file)
      return t(`files.told.${action}`, { name: file.label ?? "", former: file.former ?? "" });
    if (merge && (action === "insert" || action === "delete")) {
      const names = merge.absorbed.map(({ label }) => label).join(t("merge.and"));
      const key = merge.is_taken_back ? "merge.told.takenBack" : "merge.told.merged";
      return t(key, { names, survivor: merge.survivor.label });
    }
    if (shared_with) return t(`sharing.told.${action}`, { name: shared_with });
    return t(`history.action.${action}`);
  };
}
