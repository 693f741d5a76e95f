import { useTranslation } from "react-i18next";
import type { Condition, FieldMeta } from "@/api/types";

export const periods = [
  "today",
  "yesterday",
  "tomorrow",
  "this_week",
  "last_week",
  "next_week",
  "this_month",
  "last_month",
  "next_month",
  "this_quarter",
  "last_quarter",
  "next_quarter",
  "this_year",
  "last_year",
  "next_year",
] as const;
export type Period = (typeof periods)[number];

/** Operators as people read them: "in the last 30 days" is a comparison with a moving day. */
export type Reading =
  | "eq"
  | "ne"
  | "contains"
  | "not_contains"
  | "starts"
  | "lt"
  | "lte"
  | "gt"
  | "gte"
  | "between"
  | "in"
  | "not_in"
  | "in_period"
  | "last_days"
  | "next_days"
  | "before_days"
  | "empty"
  | "not_empty";

interface Days {
  days: number;
}

/** A day so many days from today. */
export const isDays = (value: unknown): value is Days =>
  typeof value === "object" && value !== null && "days" in value;

const isDated = (field: FieldMeta) => field.type === "date" || field.type === "datetime";

const moving = ["last_days", "next_days", "before_days"] as const;

export function readingsOf(field: FieldMeta): Reading[] {
  const listed = field.operators as Reading[];
  if (!isDated(field)) return listed;
  return ["in_period", ...moving, ...listed.filter((reading) => reading !== "in_period")];
}

const periodOf = ({ op, value }: Condition) =>
  op === "in_period" && typeof value === "object" && value !== null
    ? (value as { last_days?: number; next_days?: number })
    : {};

export function readingOf(condition: Condition): Reading {
  const { last_days, next_days } = periodOf(condition);
  if (last_days !== undefined) return "last_days";
  if (next_days !== undefined) return "next_days";
  const { op, value } = condition;
  return op === "lt" && isDays(value) && value.days < 0 ? "before_days" : (op as Reading);
}

/** How many days a moving condition speaks of; null if it is none. */
export function daysOf(condition: Condition): number | null {
  const reading = readingOf(condition);
  if (reading === "before_days") return -(condition.value as Days).days;
  const { last_days, next_days } = periodOf(condition);
  return last_days ?? next_days ?? null;
}

/** The value of a moving condition that speaks of so many days. */
export const daysValue = (reading: Reading, days: number) =>
  reading === "before_days" ? { days: -days } : { [reading]: days };

/** The condition for a reading newly chosen, keeping the value where it still fits. */
export function withReading(condition: Condition, reading: Reading, empty: unknown): Condition {
  const { field } = condition;
  if ((moving as readonly Reading[]).includes(reading)) {
    const value = daysValue(reading, daysOf(condition) ?? 30);
    return { field, op: reading === "before_days" ? "lt" : "in_period", value };
  }
  const fits = shapeOf(condition.value) === shapeOf(empty) && shapeOf(empty) !== "object";
  return { field, op: reading, value: fits ? condition.value : empty };
}

const shapeOf = (value: unknown) =>
  Array.isArray(value) ? `list${value.length === 2}` : value === null ? "string" : typeof value;

/** Numbers are compared in signs, dates and words in words. */
export function useReadingLabel() {
  const { t } = useTranslation();
  return (reading: Reading, field: FieldMeta) => {
    if (isDated(field) || field.type === "time") {
      const isTime = field.type === "time";
      if (reading === "lt") return t("filter.op.before");
      if (reading === "gt") return t("filter.op.after");
      if (reading === "lte") return t(isTime ? "filter.op.untilTime" : "filter.op.untilDay");
      if (reading === "gte") return t(isTime ? "filter.op.fromTime" : "filter.op.fromDay");
    }
    return t(`filter.op.${reading}`);
  };
}
