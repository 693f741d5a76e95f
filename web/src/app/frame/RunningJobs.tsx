import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { cancelJob, isActive, isNews, jobsQuery, resumeJob } from "@/api/jobs";
import type { Job } from "@/api/types";
import { useOutcome } from "@/notifications/useOutcome";
import { useFormat } from "@/ui/format";
import { Progress } from "@/ui/Progress";
import { useStable } from "@/ui/useStable";
import styles from "./frame.module.css";

/** Jobs of mine that run, or can go on; what ended is told as a notification. */
export function useRunningJobs() {
  const { data: jobs = [] } = useQuery(jobsQuery);
  const active = jobs.filter(isActive).length;
  useRefreshWhenDone(active);
  useNews(jobs);
  return { active, jobs: jobs.filter(({ can }) => can.length > 0).slice(0, shown) };
}

const shown = 5;

/** A job that ends has usually changed records: what is on screen is read again. */
function useRefreshWhenDone(active: number) {
  const client = useQueryClient();
  const before = useRef(active);
  useEffect(() => {
    if (active < before.current) {
      client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "jobs" });
    }
    before.current = active;
  }, [active, client]);
}

/** Says once how a job ended that was started here, whatever page is shown by then. */
function useNews(jobs: Job[]) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const outcome = useStable(useOutcome());
  useEffect(() => {
    for (const job of jobs.filter(isNews)) {
      const { state, title, error } = job;
      const partly = outcome(job);
      if (partly) message.warning(<span className={styles.outcome}>{partly}</span>, 10);
      else if (state === "done") message.success(t("jobs.ended", { title }));
      if (state === "failed") message.error(error || t("error.failed"));
    }
  }, [jobs, message, outcome, t]);
}

export function RunningJobs({ jobs }: { jobs: Job[] }) {
  const { t } = useTranslation();
  if (jobs.length === 0) return null;
  return (
    <section>
      <h3 className="sr-only">{t("jobs.title")}</h3>
      <ul className={styles.jobs}>
        {jobs.map((job) => (
          <JobItem key={job.id} job={job} />
        ))}
      </ul>
    </section>
  );
}

function JobItem({ job }: { job: Job }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const refresh = { onSettled: () => client.invalidateQueries({ queryKey: jobsQuery.queryKey }) };
  const cancel = useMutation({ mutationFn: () => cancelJob(job.id), ...refresh });
  const resume = useMutation({ mutationFn: () => resumeJob(job.id), ...refresh });
  const percent = job.total ? Math.round((100 * job.done) / job.total) : 0;
  return (
    <li className={styles.job}>
      <div className={styles.jobHead}>
        <strong className="ellipsis" title={job.title}>
          {job.title}
        </strong>
        <small className="secondary">{format.relative(job.finished_at ?? job.created_at)}</small>
      </div>
      {isActive(job) && <Progress percent={percent} aria-label={job.title} />}
      <div className={styles.jobHead}>
        <small className={job.state === "failed" ? styles.failed : "secondary"}>
          {job.error || job.message || t(`jobs.state.${job.state}`)}
        </small>
        <span>
          {job.can.includes("cancel") && (
            <Button size="small" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              {t("common.cancel")}
            </Button>
          )}
          {job.can.includes("resume") && (
            <Button size="small" loading={resume.isPending} onClick={() => resume.mutate()}>
              {t("jobs.resume")}
            </Button>
          )}
        </span>
      </div>
    </li>
  );
}
