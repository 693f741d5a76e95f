/** The days a calendar shows and what lies on each; a day is written YYYY-MM-DD. */
import type { Condition, FieldMeta, RecordRow, Span } from "@/api/types";
import { addDays, dayIn, periodAfter, startOfWeek } from "@/ui/days";

const firstOfMonth = (day: string) => `${day.slice(0, 7)}-01`;

/** Whole weeks: the one of a day, or all that its month touches. */
export function daysShown(day: string, span: Span, weekStart: number): string[] {
  const first = startOfWeek(span === "week" ? day : firstOfMonth(day), weekStart);
  const end = span === "week" ? addDays(first, 7) : periodAfter(firstOfMonth(day), "month");
  const days: string[] = [];
  for (let at = first; at < end || days.length % 7 > 0; at = addDays(at, 1)) days.push(at);
  return days;
}

export const weeksOf = (days: string[]) =>
  Array.from({ length: days.length / 7 }, (_, week) => days.slice(week * 7, week * 7 + 7));

/** A day of the week or month before or after; the last of a shorter month. */
export function turn(day: string, span: Span, by: number): string {
  if (span === "week") return addDays(day, 7 * by);
  const first = periodAfter(firstOfMonth(day), "month", by);
  const last = addDays(periodAfter(first, "month"), -1);
  return day.slice(8) > last.slice(8) ? last : first.slice(0, 8) + day.slice(8);
}

/** The records that lie on these days. */
export const within = ({ name }: FieldMeta, days: string[]): Condition[] => [
  { field: name, op: "gte", value: days[0] },
  { field: name, op: "lt", value: addDays(days.at(-1) ?? "", 1) },
];

/** The records by their days, in the order they came. */
export function byDay(records: RecordRow[], field: FieldMeta, timeZone: string | undefined) {
  const found = new Map<string, RecordRow[]>();
  for (const record of records) {
    const value = record[field.name];
    if (typeof value !== "string") continue;
    const day = field.type === "date" ? value : dayIn(value, timeZone);
    found.set(day, [...(found.get(day) ?? []), record]);
  }
  return found;
}

const steps: Record<string, number> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -7,
  ArrowDown: 7,
};

/** The day a key leads to from a day, if it does. */
export function dayAfterKey(day: string, key: string, span: Span, weekStart: number) {
  const by = steps[key];
  if (by !== undefined) return addDays(day, by);
  switch (key) {
    case "PageUp":
      return turn(day, span, -1);
    case "PageDown":
      return turn(day, span, 1);
    case "Home":
      return startOfWeek(day, weekStart);
    case "End":
      return addDays(startOfWeek(day, weekStart), 6);
    default:
      return null;
  }
}
