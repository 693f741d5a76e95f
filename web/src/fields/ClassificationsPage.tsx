import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button } from "antd";
import { Archive, ArchiveRestore, Pencil, Play, Plus, Shapes, Square } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { cancelJob, followJob, isActive } from "@/api/jobs";
import type { Job } from "@/api/types";
import { ClassificationDrawer } from "@/fields/ClassificationDrawer";
import {
  applyClassification,
  archiveClassification,
  type Classification,
  classificationsQuery,
  restoreClassification,
} from "@/fields/classificationsApi";
import { colorOf } from "@/fields/draft";
import { useFieldsChanged } from "@/fields/useFieldsChanged";
import { useUndo } from "@/objects/edit/useUndo";
import { Chip } from "@/ui/Chip";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { textIn } from "@/ui/languages";
import { Progress } from "@/ui/Progress";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./classifications.module.css";
import fieldStyles from "./fields.module.css";

/** By what the firm divides its customers; the rules of each are opened from here. */
export function ClassificationsPage() {
  const { t } = useTranslation();
  const query = useQuery(classificationsQuery);
  const [editing, setEditing] = useState<Classification | "new" | null>(null);
  if (query.isPending) return <LinesSkeleton lines={8} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const used = query.data.filter(({ archived }) => !archived);
  const archived = query.data.filter((one) => one.archived);
  const add = (
    <Button type="primary" icon={<Plus size={16} />} onClick={() => setEditing("new")}>
      {t("classifications.new")}
    </Button>
  );
  return (
    <section className={fieldStyles.page}>
      {query.data.length === 0 ? (
        <EmptyState
          icon={Shapes}
          title={t("classifications.empty")}
          text={t("classifications.text")}
          action={add}
        />
      ) : (
        <>
          <p className="secondary">{t("classifications.text")}</p>
          <header className={fieldStyles.header}>{add}</header>
        </>
      )}
      {used.length > 0 && (
        <ul className={fieldStyles.rows}>
          {used.map((one) => (
            <li key={one.id} className={fieldStyles.row}>
              <Name one={one} />
              <Actions one={one} onEdit={() => setEditing(one)} />
            </li>
          ))}
        </ul>
      )}
      {archived.length > 0 && <Archived all={archived} />}
      <ClassificationDrawer editing={editing} onClose={() => setEditing(null)} />
    </section>
  );
}

function useLabel() {
  const { i18n } = useTranslation();
  return (one: Classification) => textIn(one.labels, i18n.language);
}

function Name({ one }: { one: Classification }) {
  const { t, i18n } = useTranslation();
  const label = useLabel();
  const where = useWhere();
  return (
    <div className={fieldStyles.name}>
      <strong className="ellipsis">{label(one)}</strong>
      <span className={fieldStyles.marks}>
        {one.classes
          .filter((choice) => !choice.archived)
          .map((choice, at) => (
            <Chip key={choice.value} color={colorOf(choice, at)}>
              {textIn(choice.labels, i18n.language)}
            </Chip>
          ))}
        <span className="secondary">
          {t("classifications.ruleCount", { count: one.rules.length })}
        </span>
        {one.nightly && <span className="secondary">{t("classifications.isNightly")}</span>}
        <code className="secondary">{one.field}</code>
      </span>
      {one.problems.map(({ field, message }) => (
        <small key={field} className={fieldStyles.problem} role="alert">
          {t("classifications.broken", { where: where(field), why: message })}
        </small>
      ))}
      {one.job && <Run job={one.job} />}
    </div>
  );
}

/** "rules.2.filter" is rule 3. */
function useWhere() {
  const { t } = useTranslation();
  return (field: string) => {
    const [head, number] = field.split(".");
    if (head !== "rules") return t("classifications.otherwise");
    return t("classifications.rule", { n: Number(number) + 1 });
  };
}

function Run({ job }: { job: Job }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (isActive(job)) {
    const percent = job.total ? Math.round((100 * job.done) / job.total) : 0;
    return (
      <span className={styles.run}>
        <small className="secondary">{job.title}</small>
        <Progress percent={percent} aria-label={job.title} />
        <Button
          type="text"
          size="small"
          icon={<Square size={13} />}
          onClick={() => void cancelJob(job.id)}
        >
          {t("common.cancel")}
        </Button>
      </span>
    );
  }
  const { moved = 0 } = job.result as { moved?: number };
  if (job.state === "failed") {
    return <small className={fieldStyles.problem}>{job.error}</small>;
  }
  if (job.state === "cancelled" || !job.finished_at) {
    return <small className="secondary">{t("classifications.cancelled")}</small>;
  }
  return (
    <small className="secondary" title={format.dateTime(job.finished_at)}>
      {t("classifications.applied", {
        count: moved,
        number: format.number(moved),
        when: format.relative(job.finished_at),
      })}
    </small>
  );
}

function useChanges() {
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const fieldsChanged = useFieldsChanged();
  return {
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: classificationsQuery.queryKey }),
        fieldsChanged(),
      ]),
    onError: (error: unknown) => void message.error(errorText(error)),
  };
}

function Actions({ one, onEdit }: { one: Classification; onEdit: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const label = useLabel();
  const changes = useChanges();
  const { offer } = useUndo();
  const name = { name: label(one) };
  const apply = useMutation({
    ...changes,
    mutationFn: applyClassification,
    onSuccess: (job) => followJob(client, job),
  });
  const archive = useMutation({
    ...changes,
    mutationFn: archiveClassification,
    onSuccess: () =>
      offer(t("fields.archived", name), async () => {
        await restoreClassification(one);
        await changes.onSettled();
      }),
  });
  const filter = { field: one.field, op: "not_empty" };
  return (
    <div className={fieldStyles.actions}>
      <Link
        className={styles.show}
        to="/$path"
        params={{ path: "customers" }}
        search={{ filter, group: one.field } as never}
      >
        {t("classifications.show")}
      </Link>
      <Button
        type="text"
        icon={<Play size={15} />}
        aria-label={t("classifications.applyOne", name)}
        title={t("classifications.apply")}
        disabled={one.problems.length > 0 || (one.job !== null && isActive(one.job))}
        loading={apply.isPending}
        onClick={() => apply.mutate(one)}
      >
        {t("classifications.apply")}
      </Button>
      <Button
        type="text"
        icon={<Pencil size={15} />}
        aria-label={t("fields.edit", name)}
        onClick={onEdit}
      />
      <Button
        type="text"
        icon={<Archive size={15} />}
        aria-label={t("fields.archive", name)}
        onClick={() => archive.mutate(one)}
      />
    </div>
  );
}

function Archived({ all }: { all: Classification[] }) {
  const { t } = useTranslation();
  const label = useLabel();
  const changes = useChanges();
  const restore = useMutation({ ...changes, mutationFn: restoreClassification });
  return (
    <>
      <h2 className={fieldStyles.heading}>{t("fields.archivedTitle")}</h2>
      <p className="secondary">{t("classifications.archivedText")}</p>
      <ul className={fieldStyles.rows}>
        {all.map((one) => (
          <li key={one.id} className={fieldStyles.row}>
            <strong className="ellipsis">{label(one)}</strong>
            <Button
              icon={<ArchiveRestore size={15} />}
              aria-label={t("fields.restoreOne", { name: label(one) })}
              onClick={() => restore.mutate(one)}
            >
              {t("fields.restore")}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
