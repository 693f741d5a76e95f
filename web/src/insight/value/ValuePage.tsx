import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Segmented } from "antd";
import { Coins } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { Equity } from "@/insight/value/Equity";
import { LedgerTable } from "@/insight/value/LedgerTable";
import { Made } from "@/insight/value/Made";
import { type EveryonesValue, everyonesValueQuery } from "@/insight/value/valueApi";
import { type Measure, spans } from "@/insight/value/valueSearch";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./value.module.css";

const LedgerChart = lazy(async () => ({
  default: (await import("@/insight/value/LedgerChart")).LedgerChart,
}));

const tiles = ["revenue", "margin", "cost_to_serve", "contribution"] as const;

interface Props {
  months: number;
  measure: Measure | undefined;
  onMonths: (months: number) => void;
  onMeasure: (measure: Measure) => void;
}

/** What the reader's customers brought and cost: in all, month by month, and against the year before. */
export function ValuePage({ months, measure, onMonths, onMeasure }: Props) {
  const { t } = useTranslation();
  const query = useQuery({ ...everyonesValueQuery(months), placeholderData: keepPreviousData });
  const rates = findObject(useObjects(), "service_rate");
  const value = query.data;
  return (
    <section className={styles.page}>
      <header className={styles.header}>
        <h1>{t("nav.value")}</h1>
        <Segmented
          size="small"
          aria-label={t("value.span")}
          value={months}
          options={spans.map((span) => ({
            value: span,
            label: t("value.months", { count: span }),
          }))}
          onChange={onMonths}
        />
        {value && <Made share={value.made} />}
        {rates?.can.includes("read") && (
          <Link to="/$path" params={{ path: rates.path }} className={styles.aside}>
            {rates.label_plural}
          </Link>
        )}
      </header>
      {query.isPending ? (
        <LinesSkeleton lines={10} />
      ) : query.isError && !value ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : value && value.months.length > 0 ? (
        <>
          <Value value={value} months={months} />
          {value.figures.includes("revenue") && <Equity measure={measure} onMeasure={onMeasure} />}
        </>
      ) : (
        <EmptyState icon={Coins} title={t("value.none")} text={t("value.noneText")} />
      )}
    </section>
  );
}

function Value({ value, months }: { value: EveryonesValue; months: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { in_all: all, figures, currency } = value;
  const shown = tiles.filter((figure) => figures.includes(figure));
  return (
    <>
      <dl className={styles.tiles}>
        {shown.map((figure) => (
          <div key={figure}>
            <dt>{t(`value.figure.${figure}`)}</dt>
            <dd className={styles.figure}>
              {all[figure] === null
                ? t("value.unknownShort")
                : format.money(all[figure], currency, true)}
            </dd>
            <dd>
              <small className="secondary">{t(`value.means.${figure}`)}</small>
            </dd>
          </div>
        ))}
      </dl>
      {Boolean(all.unpriced) && (
        <p className="secondary">{t("value.unpriced", { count: all.unpriced ?? 0 })}</p>
      )}
      <Suspense fallback={<LinesSkeleton lines={8} />}>
        <LedgerChart value={value} count={months} />
      </Suspense>
      <LedgerTable months={value.months} inAll={all} shown={figures} currency={currency} />
    </>
  );
}
