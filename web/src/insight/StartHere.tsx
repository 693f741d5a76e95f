import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button } from "antd";
import { ChartSpline, Contact } from "lucide-react";
import { useTranslation } from "react-i18next";
import { followJob, isActive, jobsQuery } from "@/api/jobs";
import { useObject } from "@/api/meta";
import { useUser } from "@/api/session";
import { type Base, loadSampleFirm } from "@/insight/insightApi";
import { useScoring } from "@/insight/ScoreNow";
import { EmptyState } from "@/ui/EmptyState";
import { useErrorText } from "@/ui/errorText";
import { Progress } from "@/ui/Progress";
import styles from "./home.module.css";

/** An empty workspace: how to begin, as far as the role may. */
export function StartHere() {
  const { t } = useTranslation();
  const customer = useObject("customer");
  const { administer } = useUser();
  const mayImport = customer.can.includes("import");
  return (
    <EmptyState
      icon={Contact}
      title={t("insight.start.title")}
      text={t(mayImport ? "insight.start.text" : "insight.start.ask")}
      action={
        <div className={styles.startActions}>
          {mayImport && <ImportLink target="customer">{t("insight.start.import")}</ImportLink>}
          {administer && <SampleButton />}
        </div>
      }
    />
  );
}

function ImportLink({ target, children }: { target: string; children: string }) {
  return (
    <Link to="/imports/new" search={{ target }} className={styles.primaryLink}>
      {children}
    </Link>
  );
}

function SampleButton() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { data: jobs = [] } = useQuery(jobsQuery);
  const load = useMutation({
    mutationFn: loadSampleFirm,
    onSuccess: (job) => followJob(client, job),
    onError: (error) => void message.error(errorText(error)),
  });
  const running = jobs.find((job) => isActive(job) && job.id === load.data?.id);
  if (running) {
    const percent = running.total ? Math.round((100 * running.done) / running.total) : 0;
    return (
      <div className={styles.scoring} role="status">
        <small className="secondary">{t("insight.start.loading")}</small>
        <Progress percent={percent} aria-label={t("insight.start.loading")} />
      </div>
    );
  }
  return (
    <Button size="large" loading={load.isPending} onClick={() => load.mutate()}>
      {t("insight.start.sample")}
    </Button>
  );
}

/** Customers are there; purchases or a first scoring are not. */
export function NothingScored({ base }: { base: Base }) {
  const { t } = useTranslation();
  const { running, start, isStarting } = useScoring();
  const mayImport = useObject("customer").can.includes("import");
  const isReady = base.orders > 0;
  return (
    <section aria-label={t("insight.attention")}>
      <EmptyState
        icon={ChartSpline}
        title={t(isReady ? "insight.first.title" : "insight.first.noOrders")}
        text={t(isReady ? "insight.first.text" : "insight.first.noOrdersText")}
        action={
          isReady
            ? base.can.includes("score") && (
                <Button
                  type="primary"
                  size="large"
                  loading={isStarting || running !== null}
                  onClick={() => start(undefined)}
                >
                  {t("insight.score.now")}
                </Button>
              )
            : mayImport && <ImportLink target="purchase">{t("insight.first.import")}</ImportLink>
        }
      />
    </section>
  );
}
