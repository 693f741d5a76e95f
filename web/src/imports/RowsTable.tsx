import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { AmbiguousRow } from "@/imports/AmbiguousRow";
import {
  type Import,
  type ImportRow,
  type ImportTarget,
  rowsQuery,
  type Verdict,
  verdicts,
} from "@/imports/importsApi";
import { fieldOfColumn } from "@/imports/mapping";
import { verdictColors } from "@/imports/VerdictTabs";
import { Chip } from "@/ui/Chip";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./rows.module.css";

interface Props {
  imported: Import;
  target: ImportTarget;
  verdict: string | undefined;
}

/** Rows of the file with what becomes of them and why. */
export function RowsTable({ imported, target, verdict }: Props) {
  const { t } = useTranslation();
  const wanted = verdicts.find((one) => one === verdict) ?? null;
  const query = useInfiniteQuery({
    ...rowsQuery(imported.id, wanted),
    placeholderData: keepPreviousData,
  });
  if (query.isPending) return <LinesSkeleton lines={8} />;
  if (query.isError && !query.data) {
    return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  }
  const rows = query.data?.pages.flatMap(({ items }) => items) ?? [];
  if (rows.length === 0) return <p className="secondary">{t("imports.noRowsHere")}</p>;
  return (
    <>
      <Rows imported={imported} target={target} rows={rows} stale={query.isPlaceholderData} />
      {query.hasNextPage && (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("common.loadMore")}
          </Button>
        </div>
      )}
    </>
  );
}

interface RowsProps {
  imported: Import;
  target: ImportTarget;
  rows: ImportRow[];
  stale: boolean;
}

function Rows({ imported, target, rows, stale }: RowsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const header = imported.detected.header ?? [];
  const mapped = imported.mapping.filter(({ field }) => field).map(({ column }) => column);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls is scrolled by keyboard too
    <div className={styles.scroll} data-stale={stale} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("imports.rowN")}</th>
            <th scope="col">{t("imports.becomes")}</th>
            {mapped.map((column) => (
              <th key={column} scope="col">
                {header[column] || t("imports.columnN", { n: column + 1 })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Fragment key={row.row}>
              <tr>
                <td className="tabular">{format.number(row.row)}</td>
                <td className={styles.becomes}>
                  <VerdictChip verdict={row.verdict} />
                  <Reasons row={row} target={target} imported={imported} />
                </td>
                {mapped.map((column) => (
                  <td key={column} title={row.cells[column] ?? undefined}>
                    {row.cells[column]}
                  </td>
                ))}
              </tr>
              {imported.can.includes("run") && row.candidates && row.candidates.length > 0 && (
                <AmbiguousRow imported={imported} row={row} span={mapped.length + 2} />
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function VerdictChip({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation();
  return <Chip color={verdictColors[verdict]}>{t(`imports.verdict.${verdict}`)}</Chip>;
}

interface ReasonsProps {
  row: ImportRow;
  target: ImportTarget;
  imported: Import;
}

/** Each reason with the name of its field, unless the sentence says it all. */
function Reasons({ row, target, imported }: ReasonsProps) {
  const { t } = useTranslation();
  const labelOf = (name: string | null) => {
    const entry = imported.mapping.find(({ field }) => field === name);
    return entry && fieldOfColumn(target, entry)?.label;
  };
  if (!row.reasons?.length) return null;
  return (
    <ul className={styles.reasons}>
      {row.reasons.map(({ field, code, message }) => (
        <li key={`${field}-${code}`}>
          {labelOf(field) ? t("imports.reason", { field: labelOf(field), message }) : message}
        </li>
      ))}
    </ul>
  );
}
