import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { EChartsType } from "echarts/core";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { type QualitySearch, trendQuery } from "@/insight/quality/qualityApi";
import { colorOf, linesOf, trendOption } from "@/insight/quality/trendOption";
import { Chart } from "@/objects/chart/Chart";
import { useLook } from "@/objects/chart/useLook";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./quality.module.css";

interface Props {
  search: QualitySearch;
  /** Of what the lines are, if of one field. */
  field: string | undefined;
}

/** The measures day by day, as lines and as the figures they are drawn from. */
export function QualityTrend({ search, field }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const chart = useRef<EChartsType>(null);
  const query = useQuery({ ...trendQuery(search), placeholderData: keepPreviousData });
  const names = useMemo(
    () => ({
      completeness: t("quality.completeness"),
      validity: t("quality.validity"),
      freshness: t("quality.freshness"),
      followed: t("quality.followed"),
      unique: t("quality.unique"),
    }),
    [t],
  );
  const days = query.data;
  const option = useMemo(
    () =>
      days &&
      trendOption(days, look, names, {
        share: (value) => format.share(value),
        day: format.date,
      }),
    [days, look, names, format],
  );
  if (query.isPending) return <LinesSkeleton lines={6} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  if (!days || !option) return null;
  const drawn = linesOf(days);
  return (
    <>
      {field && <p className="secondary">{t("quality.linesOf", { field })}</p>}
      <ul className={styles.legend}>
        {drawn.map((line) => (
          <li key={line}>
            <svg width="10" height="10" aria-hidden>
              <circle cx="5" cy="5" r="4" fill={colorOf(look, line)} />
            </svg>
            {names[line]}
          </li>
        ))}
      </ul>
      <Chart option={option} label={t("quality.trend")} chart={chart} onPick={() => {}} />
      <details className={styles.days}>
        <summary>{t("quality.figures")}</summary>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("quality.day")}</th>
              {drawn.map((line) => (
                <th key={line} scope="col">
                  {names[line]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((day) => (
              <tr key={day.day}>
                <th scope="row">{format.date(day.day)}</th>
                {drawn.map((line) => (
                  <td key={line}>{format.share(day[line], 1)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}
