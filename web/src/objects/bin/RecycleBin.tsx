import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Select } from "antd";
import { ArchiveRestore, Trash2 } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf, useObjects } from "@/api/meta";
import { listQuery, restoreRecord } from "@/api/records";
import type { ObjectMeta, RecordRow } from "@/api/types";
import { refreshRecords } from "@/objects/edit/recordCache";
import { FieldValue } from "@/objects/fields/FieldValue";
import { titleOf } from "@/objects/record/recordPath";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./bin.module.css";

interface Props {
  /** Name of the object shown. */
  chosen: string | undefined;
  onChoose: (name: string) => void;
}

export function RecycleBin({ chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const objects = useObjects().filter(({ can }) => can.includes("delete"));
  const object = objects.find(({ name }) => name === chosen) ?? objects[0];
  return (
    <section className={styles.page}>
      <header className={styles.header}>
        <h1>{t("nav.recycleBin")}</h1>
        <label htmlFor={id} className="sr-only">
          {t("bin.kind")}
        </label>
        <Select
          id={id}
          className={styles.kind}
          value={object?.name}
          options={objects.map(({ name, label_plural }) => ({ value: name, label: label_plural }))}
          onChange={onChoose}
        />
      </header>
      {object && <Deleted key={object.name} object={object} />}
    </section>
  );
}

function Deleted({ object }: { object: ObjectMeta }) {
  const { t } = useTranslation();
  const columns = object.list.columns.filter((name) => name !== object.title_field).slice(0, 3);
  const query = useInfiniteQuery(
    listQuery(object.path, { fields: [object.title_field, ...columns], deleted: true }),
  );
  if (query.isPending) return <LinesSkeleton lines={8} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const rows = query.data.pages.flatMap(({ items }) => items);
  if (rows.length === 0) {
    return (
      <EmptyState
        icon={Trash2}
        title={t("bin.empty", { what: object.label_plural })}
        text={t("bin.emptyText")}
      />
    );
  }
  return (
    <>
      <ul className={styles.rows}>
        {rows.map((row) => (
          <DeletedRow key={row.id} object={object} row={row} columns={columns} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {t("common.loadMore")}
        </Button>
      )}
    </>
  );
}

interface RowProps {
  object: ObjectMeta;
  row: RecordRow;
  columns: string[];
}

function DeletedRow({ object, row, columns }: RowProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const title = titleOf(object, row);
  const restore = useMutation({
    mutationFn: () => restoreRecord(object.path, row.id),
    onSuccess: async () => {
      await refreshRecords(client, object.path);
      message.success(t("edit.restored", { count: 1 }));
    },
    onError: (error) => message.error(errorText(error)),
  });
  return (
    <li className={styles.row}>
      <span className={`${styles.title} ellipsis`} title={title}>
        {title}
      </span>
      {columns.map((name) => {
        const field = fieldOf(object, name);
        return (
          <span key={name} className={`${styles.detail} ellipsis`} title={field?.label}>
            {field && <FieldValue field={field} value={row[name]} record={row} />}
          </span>
        );
      })}
      <Button
        size="small"
        icon={<ArchiveRestore size={14} />}
        loading={restore.isPending}
        aria-label={t("bin.restoreOne", { name: title })}
        onClick={() => restore.mutate()}
      >
        {t("bin.restore")}
      </Button>
    </li>
  );
}
