import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import type { Run } from "@/insight/insightApi";
import { useScoring } from "@/insight/ScoreNow";
import { dayIn } from "@/ui/days";
import { useFormat } from "@/ui/format";

interface Props {
  run: Run;
  canScore: boolean;
}

/** Says when "now" is not today for the scores, and offers the other day. */
export function AsOfBanner({ run, canScore }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { running, start, isStarting } = useScoring();
  const today = dayIn(new Date(), format.timeZone);
  const { newest_purchase: newest, as_of: asOf, as_of_reason: reason } = run;
  const isToday = reason === "today";
  const isOld = reason === "chosen" && asOf === today && newest !== null && newest < asOf;
  if (isToday || (reason === "chosen" && asOf === newest && !newest)) return null;
  const other = asOf === today ? newest : today;
  const key = isOld ? "today" : reason === "newest_purchase" || asOf === newest ? "old" : "chosen";
  return (
    <Alert
      type="info"
      showIcon
      title={t(`insight.asOf.${key}`, {
        date: format.date(asOf),
        newest: format.date(newest),
      })}
      action={
        canScore && other ? (
          <Button
            size="small"
            loading={isStarting || running !== null}
            onClick={() => start(other)}
          >
            {other === today
              ? t("insight.asOf.switchToday")
              : t("insight.asOf.switchTo", { date: format.date(other) })}
          </Button>
        ) : undefined
      }
    />
  );
}
