import { Button } from "antd";
import { RefreshCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Base, startScoring } from "@/insight/insightApi";
import { useRun } from "@/insight/useRun";
import { useFormat } from "@/ui/format";
import { Progress } from "@/ui/Progress";
import styles from "./home.module.css";

/** The scoring under way, and a way to start one. */
export const useScoring = () => useRun<string | undefined>("score", startScoring);

/** When the scores are from, and new ones at a click; while they are made, how far they are. */
export function ScoreNow({ base }: { base: Base }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { running, start, isStarting } = useScoring();
  if (running) {
    const percent = running.total ? Math.round((100 * running.done) / running.total) : 0;
    return (
      <div className={styles.scoring} role="status">
        <small className="secondary">{running.message || t("insight.score.running")}</small>
        <Progress percent={percent} aria-label={t("insight.score.running")} />
      </div>
    );
  }
  if (!base.run) return null;
  return (
    <div className={styles.scoring}>
      {base.run?.finished_at && (
        <small className="secondary" title={format.dateTime(base.run.finished_at)}>
          {t("insight.score.when", { when: format.relative(base.run.finished_at) })}
        </small>
      )}
      {base.can.includes("score") && (
        <Button
          icon={<RefreshCw size={15} />}
          loading={isStarting}
          onClick={() => start(undefined)}
        >
          {t("insight.score.now")}
        </Button>
      )}
    </div>
  );
}
