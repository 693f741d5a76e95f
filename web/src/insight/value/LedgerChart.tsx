import { useNavigate } from "@tanstack/react-router";
import type { EChartsType } from "echarts/core";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useObject } from "@/api/meta";
import { colorOf, ledgerOption } from "@/insight/value/ledgerOption";
import { course, type EveryonesValue, monthsUntil, ordersOf } from "@/insight/value/valueApi";
import { Chart } from "@/objects/chart/Chart";
import { useLook } from "@/objects/chart/useLook";
import { useFormat } from "@/ui/format";
import styles from "./value.module.css";

const drawn = ["revenue", "margin", "contribution"] as const;

interface Props {
  value: EveryonesValue;
  count: number;
}

/** Revenue, margin and what is left after service; a month opens its orders. */
export function LedgerChart({ value, count }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const look = useLook();
  const order = useObject("order");
  const navigate = useNavigate();
  const chart = useRef<EChartsType>(null);
  const months = useMemo(() => monthsUntil(value.until, count), [value.until, count]);
  const courses = useMemo(
    () =>
      drawn
        .filter((figure) => value.figures.includes(figure))
        .map((figure) => ({
          figure,
          name: t(`value.figure.${figure}`),
          values: course(value, figure, count),
        })),
    [value, count, t],
  );
  const option = useMemo(
    () =>
      ledgerOption(months.map(format.month), courses, look, {
        money: (amount) => format.money(amount, value.currency, true),
        short: format.short,
      }),
    [months, courses, look, format, value.currency],
  );
  function open(index: number) {
    const row = value.months.find(({ month }) => month === months[index]);
    const filter = row && ordersOf(row);
    if (filter) void navigate({ to: "/$path", params: { path: order.path }, search: { filter } });
  }
  return (
    <>
      <ul className={styles.legend}>
        {courses.map(({ figure, name }, place) => (
          <li key={figure}>
            <svg width="10" height="10" aria-hidden>
              <circle cx="5" cy="5" r="4" fill={colorOf(look, place)} />
            </svg>
            {name}
          </li>
        ))}
      </ul>
      <Chart option={option} label={t("value.chart")} chart={chart} onPick={open} />
    </>
  );
}
