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
  | "before_days"
  | "empty"
  | "not_empty";

interface Days {
  days: number;
}

export const isDays = (value: unknown): value is Days =>
  typeof value === "object" && value !== null && "days" in value;

const isTime = (field: FieldMeta) => field.type === "date" || field.type === "datetime";

export function readingsOf(field: FieldMeta): Reading[] {
  const listed = field.operators as Reading[];
  return isTime(field) ? ["in_period", "last_days", "before_days", ...without(listed)] : listed;
}

const without = (readings: Reading[]) => readings.filter((reading) => reading !== "in_period");

export function readingOf({ op, value }: Condition): Reading {
  if (isDays(value)) return op === "lt" || op === "lte" ? "before_days" : "last_days";
  return op as Reading;
}

/** The condition for a reading newly chosen, keeping the value where it still fits. */
export function withReading(condition: Condition, reading: Reading, empty: unknown): Condition {
  const { field } = condition;
  if (reading === "last_days") return { field, op: "gte", value: { days: -30 } };
  if (reading === "before_days") return { field, op: "lt", value: { days: -30 } };
  const fits = shapeOf(condition.value) === shapeOf(empty);
  return { field, op: reading, value: fits ? condition.value : empty };
}

const shapeOf = (value: unknown) =>
  Array.isArray(value) ? `list${value.length === 2}` : value === null ? "string" : typeof value;

/** Numbers are compared in signs, dates and words in words. */
export function useReadingLabel() {
  const { t } = useTranslation();
  return (reading: Reading, field: FieldMeta) => {
    if (isTime(field)) {
      if (reading === "lt") return t("filter.op.before");
      if (reading === "gt") return t("filter.op.after");
      if (reading === "lte") return t("filter.op.untilDay");
      if (reading === "gte") return t("filter.op.fromDay");
    }
    return t(`filter.op.${reading}`);
  };
}
