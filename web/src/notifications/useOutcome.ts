import { useTranslation } from "react-i18next";
import { refusalsOf } from "@/api/jobs";
import type { Job } from "@/api/types";
import { useFormat } from "@/ui/format";

const named = 3;

/** What came of a job of which a part was refused, in words; null of any other. */
export function useOutcome(): (job: Job) => string | null {
  const { t } = useTranslation();
  const format = useFormat();
  return (job) => {
    const refusals = refusalsOf(job);
    if (!refusals) return null;
    const { changed, refused, reasons } = refusals;
    const why = reasons
      .toSorted((one, other) => other.count - one.count)
      .slice(0, named)
      .map(({ count, message }) => t("jobs.reason", { number: format.number(count), message }));
    const counts = { changed: format.number(changed), refused: format.number(refused) };
    return [t("jobs.partly", counts), ...why].join("\n");
  };
}
