import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Segmented } from "antd";
import { useTranslation } from "react-i18next";
import type { Filter, Schemas } from "@/api/types";
import { equityQuery } from "@/insight/value/valueApi";
import { type Measure, measures } from "@/insight/value/valueSearch";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./value.module.css";

type Statement = Schemas["EquityOut"];

const lines = ["opening", "acquired", "returned", "grown", "shrunk", "lost", "closing"] as const;
type Line = (typeof lines)[number];

interface Props {
  measure: Measure | undefined;
  onMeasure: (measure: Measure) => void;
}

/** What a year changed in what customers are worth; every line opens its customers. */
export function Equity({ measure, onMeasure }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useQuery({ ...equityQuery(measure), placeholderData: keepPreviousData });
  if (query.isPending) return <LinesSkeleton lines={8} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const statement = query.data;
  const month = format.month(statement.until);
  const seen = measures.filter((one) => statement.measures.includes(one));
  return (
    <section className={styles.equity} aria-labelledby="equity">
      <div className={styles.header}>
        <h2 id="equity">{t("equity.title")}</h2>
        {seen.length > 1 && (
          <Segmented
            size="small"
            aria-label={t("equity.measure")}
            value={statement.measure as Measure}
            options={seen.map((one) => ({ value: one, label: t(`value.figure.${one}`) }))}
            onChange={onMeasure}
          />
        )}
      </div>
      <p className="secondary">{t("equity.text", { month })}</p>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("equity.line")}</th>
              <td className={styles.steps} />
              <th scope="col">{t("equity.amount")}</th>
              <th scope="col">{t("equity.customers")}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <StatementLine key={line} line={line} statement={statement} month={month} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

interface LineProps {
  line: Line;
  statement: Statement;
  month: string;
}

function StatementLine({ line, statement, month }: LineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { amount, customers, filter } = statement[line];
  const name = t(`equity.${line}`);
  const isEnd = line === "opening" || line === "closing";
  const less = line === "shrunk" || line === "lost";
  const shown = format.money(less && Number(amount) ? `-${amount}` : amount, statement.currency);
  return (
    <tr data-end={isEnd || undefined}>
      <th scope="row">
        {name}
        <small className="secondary">{t(`equity.means.${line}`, { month })}</small>
      </th>
      <td className={styles.steps}>
        <Step line={line} statement={statement} />
      </td>
      <td>{shown}</td>
      <td>
        {customers ? (
          <Link
            to="/$path"
            params={{ path: "customers" }}
            search={{ filter: filter as unknown as Filter }}
            aria-label={t("equity.opens", { line: name, count: customers })}
          >
            {format.number(customers)}
          </Link>
        ) : (
          format.number(0)
        )}
      </td>
    </tr>
  );
}

/** Where the line leads from and to, between nothing and the most that was reached: a waterfall. */
function Step({ line, statement }: { line: Line; statement: Statement }) {
  const { from, to, most } = stepOf(line, statement);
  if (most === 0) return null;
  const percent = (value: number) => `${(100 * value) / most}%`;
  return (
    <svg width="100%" height="14" aria-hidden>
      <rect
        x={percent(Math.min(from, to))}
        width={percent(Math.abs(to - from))}
        height="14"
        rx="2"
        data-step={line}
      />
    </svg>
  );
}

export function stepOf(line: Line, statement: Pick<Statement, Line>) {
  const amount = (of: Line) => Number(statement[of].amount);
  const reached = [amount("opening")];
  for (const of of lines.slice(1, -1)) {
    const change = of === "shrunk" || of === "lost" ? -amount(of) : amount(of);
    reached.push((reached.at(-1) ?? 0) + change);
  }
  const at = lines.indexOf(line);
  const isEnd = line === "opening" || line === "closing";
  return {
    from: isEnd ? 0 : (reached[at - 1] ?? 0),
    to: isEnd ? amount(line) : (reached[at] ?? 0),
    most: Math.max(...reached),
  };
}
