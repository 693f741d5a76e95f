import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { cancelJob } from "@/api/jobs";
import { type CustomField, customFieldsQuery, setIndexed } from "@/fields/fieldsApi";
import { useFieldsChanged } from "@/fields/useFieldsChanged";
import { useErrorText } from "@/ui/errorText";
import { Progress } from "@/ui/Progress";
import styles from "./fields.module.css";

/** The index that lists of many records are sorted and filtered by: how far it is, made and taken away. */
export function FieldIndex({ field }: { field: CustomField }) {
  const { t } = useTranslation();
  const id = useId();
  const errorText = useErrorText();
  const changed = useFieldsChanged();
  const { data } = useQuery(customFieldsQuery);
  const change = useMutation({
    mutationFn: (indexed: boolean) => setIndexed(field, indexed),
    onSettled: changed,
  });
  const stop = useMutation({ mutationFn: cancelJob, onSettled: changed });
  const { index, indexed } = data?.items.find((one) => one.id === field.id) ?? field;
  if (!index) return null;
  const { state, job } = index;
  const isStuck = state === "failed" || state === "cancelled";
  const why = state === "failed" && job?.error !== "internal" ? job?.error : null;
  const failure = change.error ?? stop.error;
  return (
    <section className={styles.labelled} aria-labelledby={id}>
      <strong id={id}>{t("fields.index.title")}</strong>
      <small className="secondary">{t("fields.index.hint")}</small>
      <span role="status">
        {state === "working"
          ? t(indexed ? "fields.index.making" : "fields.index.taking")
          : t(`fields.index.state.${state}`)}
        {why && `: ${why}`}
      </span>
      {state === "working" && job?.total && (
        <Progress percent={(100 * job.done) / job.total} aria-label={t("fields.index.title")} />
      )}
      {failure && (
        <small className={styles.problem} role="alert">
          {errorText(failure)}
        </small>
      )}
      <div className={styles.marks}>
        {state === "none" && (
          <Button loading={change.isPending} onClick={() => change.mutate(true)}>
            {t("fields.index.make")}
          </Button>
        )}
        {isStuck && (
          <Button loading={change.isPending} onClick={() => change.mutate(indexed)}>
            {t("fields.index.again")}
          </Button>
        )}
        {(state === "ready" || (isStuck && indexed)) && (
          <Button loading={change.isPending} onClick={() => change.mutate(false)}>
            {t("fields.index.take")}
          </Button>
        )}
        {state === "working" && job && (
          <Button loading={stop.isPending} onClick={() => stop.mutate(job.id)}>
            {t("fields.index.stop")}
          </Button>
        )}
      </div>
    </section>
  );
}
