import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { RefreshCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { followJob, isActive, jobsQuery } from "@/api/jobs";
import { type Base, startScoring } from "@/insight/insightApi";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { Progress } from "@/ui/Progress";
import styles from "./home.module.css";

const kind = "score";

/** The scoring under way, and a way to start one; the bell tells when it is through. */
export function useScoring() {
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { data: jobs = [] } = useQuery(jobsQuery);
  const running = jobs.find((job) => job.kind === kind && isActive(job)) ?? null;

  const start = useMutation({
    mutationFn: (asOf?: string) => startScoring(asOf),
    onSuccess: (job) => followJob(client, job),
    onError: (error) => void message.error(errorText(error)),
  });
  return { running, start: start.mutate, isStarting: start.isPending };
}

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
