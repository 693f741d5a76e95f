import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { History as HistoryIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import { historyQuery } from "@/api/records";
import type { HistoryEntry, ObjectMeta } from "@/api/types";
import { FieldValue } from "@/objects/fields/FieldValue";
import { UndoEntry } from "@/objects/record/UndoEntry";
import { useActionText } from "@/objects/record/useActionText";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./record.module.css";

interface Props {
  object: ObjectMeta;
  id: string;
}

/** Who changed what and when, each change with its own way back. */
export function History({ object, id }: Props) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(historyQuery(object.path, id));
  if (query.isPending) return <LinesSkeleton />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const entries = query.data.pages.flatMap(({ items }) => items);
  if (entries.length === 0) {
    return <EmptyState compact icon={HistoryIcon} title={t("history.empty")} />;
  }
  return (
    <>
      <ol className={styles.history}>
        {entries.map((entry) => (
          <Entry key={entry.id} object={object} entry={entry} />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t("common.loadMore")}
        </Button>
      )}
    </>
  );
}

function Entry({ object, entry }: { object: ObjectMeta; entry: HistoryEntry }) {
  const { t } = useTranslation();
  const format = useFormat();
  const actionText = useActionText();
  return (
    <li className={styles.entry}>
      <div className={styles.entryHead}>
        <strong>{entry.actor?.label ?? t("common.somebody")}</strong>
        <span className={styles.action}>{actionText(entry.action, entry)}</span>
        <time className="secondary" dateTime={entry.at} title={format.dateTime(entry.at)}>
          {format.relative(entry.at)}
        </time>
        <UndoEntry entry={entry} />
      </div>
      {entry.action === "update" && <Changes object={object} changes={entry.changes} />}
    </li>
  );
}

interface ChangesProps {
  object: ObjectMeta;
  changes: HistoryEntry["changes"];
}

/** Field by field: what it was and what it became. */
export function Changes({ object, changes }: ChangesProps) {
  const { t } = useTranslation();
  return (
    <ul className={styles.changes}>
      {Object.entries(changes).map(([name, change]) => {
        const field = fieldOf(object, name);
        if (!field) return null;
        return (
          <li key={name}>
            <span className="secondary">{field.label}</span>
            <del>
              <FieldValue field={field} value={change.old} />
            </del>
            <span className="sr-only">{t("history.became")}</span>
            <span aria-hidden>→</span>
            <ins>
              <FieldValue field={field} value={change.new} />
            </ins>
          </li>
        );
      })}
    </ul>
  );
}
