import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import type { EChartsType } from "echarts/core";
import { ChartColumn, Download } from "lucide-react";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { groupsQuery, saveFile } from "@/api/records";
import { Chart } from "@/objects/chart/Chart";
import { csvOf, pointsOf } from "@/objects/chart/chartData";
import { chartOption } from "@/objects/chart/chartOption";
import { useLook } from "@/objects/chart/useLook";
import { GroupTable } from "@/objects/list/GroupTable";
import { groupConditions, summable } from "@/objects/list/groups";
import type { ListViewProps } from "@/objects/list/ListPage";
import { formatBy } from "@/objects/list/viewKind";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./chart.module.css";

/** How many groups can be told from each other; the rest are drawn together. */
const most = { bar: 30, line: 30, donut: 12 };

/** The list summed up by a field, drawn; the same figures as a table beneath. Each group opens its records. */
export function ChartView({ object, question, state, by, onNarrow }: ListViewProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const chart = useRef<EChartsType>(null);
  const { sum, shape, columns } = state;

  const fields = useMemo(() => {
    const shown = columns.map(({ field }) => field).filter(summable);
    return sum && !shown.includes(sum) ? [sum, ...shown] : shown;
  }, [columns, sum]);
  const names = fields.map(({ name }) => name);
  // The table beneath asks the same and is given the same answer.
  const query = useQuery({
    ...groupsQuery(object.path, question, formatBy(by), names),
    placeholderData: keepPreviousData,
  });
  const points = useMemo(() => {
    const words = { noValue: t("group.noValue"), others: t("chart.others") };
    return query.data ? pointsOf(query.data, by, sum, format, words, most[shape]) : [];
  }, [query.data, by, sum, shape, format, t]);
  const option = useMemo(
    () => chartOption(points, shape, look, format.short),
    [points, shape, look, format],
  );

  if (query.isPending) {
    return (
      <div className={styles.scroller}>
        <LinesSkeleton lines={8} />
      </div>
    );
  }
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  if (points.length === 0) return <EmptyState icon={ChartColumn} title={t("chart.empty")} />;

  const what = sum ? t("view.sumOf", { field: sum.label }) : t("view.countOnly");
  const label = t("chart.label", { what, field: by.field.label });

  function open(index: number) {
    const key = points[index]?.key;
    if (key !== undefined) onNarrow(groupConditions(by, key));
  }

  function savePicture() {
    chart.current
      ?.renderToCanvas({ pixelRatio: 2, backgroundColor: look.ground })
      .toBlob((picture) => picture && saveFile(picture, `${object.path}.png`));
  }

  function saveCsv() {
    const csv = csvOf(points, [by.field.label, what]);
    saveFile(new Blob([csv], { type: "text/csv;charset=utf-8" }), `${object.path}.csv`);
  }

  return (
    <div className={styles.scroller}>
      <div className={styles.bar}>
        <h2>{label}</h2>
        <Button size="small" icon={<Download size={14} />} onClick={savePicture}>
          PNG
        </Button>
        <Button size="small" icon={<Download size={14} />} onClick={saveCsv}>
          CSV
        </Button>
      </div>
      <Chart option={option} label={label} chart={chart} onPick={open} />
      <GroupTable object={object} by={by} fields={fields} question={question} onOpen={onNarrow} />
    </div>
  );
}
