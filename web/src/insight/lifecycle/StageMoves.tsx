import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Segmented } from "antd";
import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Filter } from "@/api/types";
import {
  type StageMoves as Moves,
  monthsBack,
  movesQuery,
  type StageMove,
} from "@/insight/lifecycle/lifecycleApi";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./lifecycle.module.css";

const spans = [1, 3, 12] as const;

/** From which stage to which customers went; every number opens them. */
export function StageMoves() {
  const { t } = useTranslation();
  const format = useFormat();
  const [months, setMonths] = useState<number>(1);
  const first = useQuery(movesQuery());
  const asOf = first.data?.as_of;
  const since = asOf && months > 1 ? monthsBack(asOf, months) : undefined;
  const query = useQuery({ ...movesQuery(since), placeholderData: keepPreviousData });
  if (query.isPending) return <LinesSkeleton lines={8} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const found = query.data;
  if (!found.as_of || !found.since) {
    return (
      <EmptyState
        icon={RefreshCw}
        title={t("customer.score.none")}
        text={t("lifecycle.neverText")}
      />
    );
  }
  return (
    <section className={styles.section} aria-labelledby="stage-moves">
      <div className={styles.header}>
        <h2 id="stage-moves">{t("lifecycle.moves")}</h2>
        <Segmented
          size="small"
          aria-label={t("lifecycle.span")}
          value={months}
          options={spans.map((span) => ({
            value: span,
            label: t("value.months", { count: span }),
          }))}
          onChange={setMonths}
        />
      </div>
      <p className="secondary">
        {t("lifecycle.movesText", {
          since: format.date(found.since),
          asOf: format.date(found.as_of),
        })}
      </p>
      <Matrix found={found} />
    </section>
  );
}

function Matrix({ found }: { found: Moves }) {
  const { t } = useTranslation();
  const format = useFormat();
  const at = (before: string, now: string) =>
    found.moves.find((move) => move.before === before && move.now === now);
  const none = { name: "none", label: t("lifecycle.none") };
  const rows = [none, ...found.stages].filter(({ name }) =>
    found.moves.some(({ before }) => before === name),
  );
  const sum = (moves: StageMove[]) => moves.reduce((all, { customers }) => all + customers, 0);
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("lifecycle.fromTo")}</th>
            {found.stages.map(({ name, label }) => (
              <th key={name} scope="col">
                {label}
              </th>
            ))}
            <th scope="col">{t("lifecycle.before")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const total = sum(found.moves.filter(({ before }) => before === row.name));
            return (
              <tr key={row.name}>
                <th scope="row">{row.label}</th>
                {found.stages.map(({ name, label }) => {
                  const move = at(row.name, name);
                  return (
                    <td
                      key={name}
                      data-stayed={row.name === name || undefined}
                      style={{ "--heat": (move?.customers ?? 0) / total } as React.CSSProperties}
                    >
                      {move && <Opened move={move} label={`${row.label} → ${label}`} />}
                    </td>
                  );
                })}
                <td className={styles.total}>{format.number(total)}</td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("lifecycle.now")}</th>
            {found.stages.map(({ name }) => (
              <td key={name}>
                {format.number(sum(found.moves.filter(({ now }) => now === name)))}
              </td>
            ))}
            <td>{format.number(sum(found.moves))}</td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Opened({ move, label }: { move: StageMove; label: string }) {
  const format = useFormat();
  const shown = format.number(move.customers);
  return (
    <Link
      to="/$path"
      params={{ path: "customers" }}
      search={{ filter: move.filter as unknown as Filter }}
      aria-label={`${label}: ${shown}`}
    >
      {shown}
    </Link>
  );
}
