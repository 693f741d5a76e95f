import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Progress } from "antd";
import { RefreshCw } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { followJob, isActive, jobsQuery } from "@/api/jobs";
import { recordsKey } from "@/api/records";
import { type Base, insightKey, startScoring } from "@/insight/insightApi";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import styles from "./home.module.css";

const kind = "score";

/** Starts a scoring and says when it is through; everything scored is read again then. */
export function useScoring() {
  const client = useQueryClient();
  const { message } = App.useApp();
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { data: jobs = [] } = useQuery(jobsQuery);
  const newest = jobs.find((job) => job.kind === kind);
  const running = newest && isActive(newest) ? newest : null;
  const watched = useRef<string | null>(null);

  useEffect(() => {
    if (running) watched.current = running.id;
    else if (newest && watched.current === newest.id) {
      watched.current = null;
      void client.invalidateQueries({ queryKey: insightKey });
      void client.invalidateQueries({ queryKey: recordsKey("customers") });
      if (newest.state === "done") message.success(t("insight.score.done"));
      if (newest.state === "failed") message.error(newest.error ?? t("error.failed"));
    }
  }, [client, message, newest, running, t]);

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
        <Progress percent={percent} size="small" aria-label={t("insight.score.running")} />
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
