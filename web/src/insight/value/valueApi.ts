/** What customers brought and cost, month by month. */
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Filter, Schemas } from "@/api/types";
import type { Measure } from "@/insight/value/valueSearch";
import { periodAfter } from "@/ui/days";

export type CustomerValue = Schemas["CustomerValueOut"];
export type EveryonesValue = Schemas["EveryonesValueOut"];
export type ValueSum = Schemas["ValueSumOut"];
export type ValueMonth = Schemas["ValueMonthOut"];

/** The figures in the order in which one leads to the next. */
export const figures = [
  "sales",
  "returns",
  "adjustments",
  "revenue",
  "margin",
  "cost_to_serve",
  "contribution",
] as const;
export type Figure = (typeof figures)[number];

export const customerValueQuery = (id: string) =>
  queryOptions({
    queryKey: ["insight", "value", { customer: id }],
    queryFn: () => get<CustomerValue>(`/customers/${id}/value`),
    staleTime: 0,
  });

export const everyonesValueQuery = (months: number) =>
  queryOptions({
    queryKey: ["insight", "value", { months }],
    queryFn: () => get<EveryonesValue>("/insight/value", { months }),
    staleTime: 0,
  });

export const equityQuery = (measure?: Measure) =>
  queryOptions({
    queryKey: ["insight", "equity", { measure }],
    queryFn: () => get<Schemas["EquityOut"]>("/insight/equity", { measure }),
    staleTime: 0,
  });

export const ordersOf = ({ orders_filter }: ValueMonth) =>
  (orders_filter as Filter | null) ?? undefined;

/** A figure of each of the newest months, oldest first; a month without a row brought nothing. */
export function course(
  value: { until: string; months: ValueMonth[] },
  figure: Figure,
  count: number,
) {
  const known = new Map(value.months.map((month) => [month.month, month]));
  return monthsUntil(value.until, count).map((month) => {
    const row = known.get(month);
    return row ? numberOf(row[figure]) : 0;
  });
}

/** First days of so many months up to the one that begins on a day. */
export const monthsUntil = (until: string, count: number) =>
  Array.from({ length: count }, (_, index) => periodAfter(until, "month", index + 1 - count));

const numberOf = (value: string | null) => (value === null ? null : Number(value));
