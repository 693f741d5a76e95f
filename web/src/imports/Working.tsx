import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { type Import, isWorking } from "@/imports/importsApi";
import { useTellImport } from "@/imports/useChangeImport";
import { useFormat } from "@/ui/format";
import { Progress } from "@/ui/Progress";
import styles from "./imports.module.css";

/** A step under way, or one that was stopped or failed: how far it is, and how to go on. */
export function Working({ imported, title }: { imported: Import; title: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTellImport(imported.id);
  const { job, state, can } = imported;
  const isBusy = isWorking(imported);
  const percent = job?.total ? Math.min(100, Math.floor((100 * job.done) / job.total)) : 0;
  return (
    <section className={styles.working} aria-live="polite">
      <h2>{isBusy ? title : t(`imports.state.${state}`)}</h2>
      {state === "failed" && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={errorOf(imported) || t("imports.failed")}
        />
      )}
      {state === "cancelled" && <p className="secondary">{t("imports.cancelledText")}</p>}
      <Progress percent={percent} failed={state === "failed"} aria-label={title} />
      <p className="secondary tabular">
        {job?.total
          ? t("imports.rowsDone", {
              done: format.number(job.done),
              total: format.number(job.total),
            })
          : t("imports.starting")}
      </p>
      {isBusy && <p className="secondary">{t("imports.leaveText")}</p>}
      <div className={styles.workingActions}>
        {can.includes("cancel") && (
          <Button loading={tell.isPending} onClick={() => tell.mutate("cancel")}>
            {t("common.cancel")}
          </Button>
        )}
        {can.includes("resume") && (
          <Button type="primary" loading={tell.isPending} onClick={() => tell.mutate("resume")}>
            {t("imports.resume")}
          </Button>
        )}
      </div>
    </section>
  );
}

/** The server's own words; an error of its inside has none that would help. */
const errorOf = ({ error, job }: Import) => {
  const words = error && error !== "internal" ? error : job?.error;
  return words === "internal" ? "" : words;
};
