import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button } from "antd";
import dayjs from "dayjs";
import { Download, ScrollText } from "lucide-react";
import { useTranslation } from "react-i18next";
import {
  type AuditChange,
  type AuditEntry,
  type AuditQuestion,
  auditKindsQuery,
  auditQuery,
  exportAudit,
} from "@/api/audit";
import { findObject, useObjects } from "@/api/meta";
import { recordPath } from "@/objects/record/recordPath";
import { AuditFilters } from "@/settings/AuditFilters";
import type { AuditSearch } from "@/settings/auditSearch";
import { addDays } from "@/ui/days";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import { instantOf } from "@/ui/zone";
import styles from "./settings.module.css";

interface Props {
  search: AuditSearch;
  onSearch: (change: Partial<AuditSearch>) => void;
}

/** Who did what and when, of records and of settings; administrators look it up. */
export function AuditPage({ search, onSearch }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const question = useQuestion(search);
  const query = useInfiniteQuery(auditQuery(question));
  const save = useMutation({
    mutationFn: () => exportAudit(question),
    onError: (error) => message.error(errorText(error)),
  });
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <div className={styles.head}>
        <p className="secondary">{t("audit.text")}</p>
        <Button
          icon={<Download size={15} />}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          {t("audit.export")}
        </Button>
      </div>
      <AuditFilters search={search} onSearch={onSearch} />
      {query.isPending && <LinesSkeleton />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {entries.length > 0 && <AuditTable entries={entries} />}
      {query.data && entries.length === 0 && !query.hasNextPage && (
        <EmptyState icon={ScrollText} title={t("audit.empty")} text={t("audit.emptyText")} />
      )}
      {query.hasNextPage && (
        <Button
          className={styles.submit}
          loading={query.isFetchingNextPage}
          onClick={() => query.fetchNextPage()}
        >
          {t("audit.older")}
        </Button>
      )}
    </>
  );
}

/** Days begin where the reader is. */
function useQuestion({ since, until, ...rest }: AuditSearch): AuditQuestion {
  const { timeZone } = useFormat();
  const startOf = (day: string) => instantOf(dayjs(day), timeZone);
  return {
    ...rest,
    since: since && startOf(since),
    until: until && startOf(addDays(until, 1)),
  };
}

function AuditTable({ entries }: { entries: AuditEntry[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: kinds = [] } = useQuery(auditKindsQuery);
  const names = new Map(kinds.map(({ name, label }) => [name, label]));
  return (
    <section className={styles.scroll} aria-label={t("audit.title")}>
      <table className={`${styles.table} ${styles.audit}`}>
        <thead>
          <tr>
            <th>{t("audit.when")}</th>
            <th>{t("audit.who")}</th>
            <th>{t("audit.what")}</th>
            <th>{t("audit.changes")}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td className="tabular">
                <time dateTime={entry.at}>{format.dateTime(entry.at)}</time>
              </td>
              <td>
                {entry.actor?.label || t("audit.nobody")}
                <small className="secondary">{entry.source}</small>
              </td>
              <td>
                {t(`audit.action.${entry.action}`)} · {names.get(entry.object) ?? entry.object}
                <Named entry={entry} />
              </td>
              <td>
                {entry.is_hidden && <span className="secondary">{t("audit.hidden")}</span>}
                <ul className={styles.facts}>
                  {entry.changes.map((change) => (
                    <Change key={change.name} change={change} />
                  ))}
                </ul>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Named({ entry: { record, page, page_id } }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const path = findObject(useObjects(), page ?? "")?.path;
  if (!path || !page_id) return <small className="secondary">{record.label}</small>;
  return (
    <small>
      <Link to={recordPath(path, page_id)}>{record.label || t("audit.open")}</Link>
    </small>
  );
}

function Change({ change: { label, old, new: became } }: { change: AuditChange }) {
  const { t } = useTranslation();
  const before = textOf(old);
  return (
    <li>
      <span className="secondary">{label}</span>{" "}
      {before && (
        <>
          <del>{before}</del> <span className="sr-only">{t("history.became")}</span>
          <span aria-hidden>→</span>{" "}
        </>
      )}
      <ins>{textOf(became) || "–"}</ins>
    </li>
  );
}

/** A value as it is stored; of a link its name. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(textOf).join(", ");
  if (typeof value === "object") {
    return "label" in value ? String(value.label ?? "") : JSON.stringify(value);
  }
  return String(value);
}
