import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Segmented } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Cohort, cohortsQuery } from "@/insight/lifecycle/lifecycleApi";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./lifecycle.module.css";

const shown = ["bought", "revenue"] as const;
type Shown = (typeof shown)[number];
const spans = [12, 24] as const;

/** Of those who came in a month: who bought in each month after it, and what they brought. */
export function Cohorts() {
  const { t } = useTranslation();
  const [what, setWhat] = useState<Shown>("bought");
  const [months, setMonths] = useState<number>(12);
  const query = useQuery({ ...cohortsQuery(months), placeholderData: keepPreviousData });
  if (query.isPending) return <LinesSkeleton lines={8} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const { cohorts, currency } = query.data;
  if (cohorts.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby="cohorts">
      <div className={styles.header}>
        <h2 id="cohorts">{t("lifecycle.cohorts")}</h2>
        <Segmented
          size="small"
          aria-label={t("lifecycle.what")}
          value={what}
          options={shown.map((one) => ({ value: one, label: t(`lifecycle.${one}`) }))}
          onChange={setWhat}
        />
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
      <p className="secondary">{t(`lifecycle.means.${what}`)}</p>
      <Triangle cohorts={cohorts} what={what} currency={currency} />
    </section>
  );
}

interface TriangleProps {
  cohorts: Cohort[];
  what: Shown;
  currency: string;
}

function Triangle({ cohorts, what, currency }: TriangleProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const rows = cohorts.map((cohort) => ({
    cohort,
    cells: cohort.ages.map(({ bought, revenue }, age) => ({
      age,
      share: bought / cohort.customers,
      revenue: Number(revenue) / cohort.customers,
    })),
  }));
  const cells = rows.flatMap((row) => row.cells);
  const most = Math.max(...cells.map(({ revenue }) => revenue), 1);
  const oldest = Math.max(...cells.map(({ age }) => age));
  const ages = Array.from({ length: oldest + 1 }, (_, age) => age);
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("lifecycle.cameIn")}</th>
            <th scope="col">{t("lifecycle.customers")}</th>
            {ages.map((age) => (
              <th key={age} scope="col">
                {t("lifecycle.age", { age })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ cohort, cells: ofCohort }) => (
            <tr key={cohort.name}>
              <th scope="row">{format.month(cohort.month)}</th>
              <td className={styles.total}>
                <OfCohort cohort={cohort} age={0}>
                  {format.number(cohort.customers)}
                </OfCohort>
              </td>
              {ofCohort.map(({ age, share, revenue }) => {
                const heat = what === "bought" ? share : Math.max(revenue, 0) / most;
                return (
                  <td key={age} style={{ "--heat": heat } as React.CSSProperties}>
                    {what === "revenue" ? (
                      format.money(revenue, currency, true)
                    ) : share ? (
                      <OfCohort cohort={cohort} age={age}>
                        {format.share(share)}
                      </OfCohort>
                    ) : (
                      <span className="secondary">–</span>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface OfCohortProps {
  cohort: Cohort;
  age: number;
  children: string;
}

function OfCohort({ cohort, age, children }: OfCohortProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Link
      to="/$path"
      params={{ path: "customers" }}
      search={{ filter: { cohort: `${cohort.name}.${age}` } }}
      aria-label={t("lifecycle.opens", {
        month: format.month(cohort.month),
        age,
        shown: children,
      })}
    >
      {children}
    </Link>
  );
}
