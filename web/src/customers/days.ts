/** The timeline is cut into days of the reader's time zone, not of the server's or the computer's. */
import { addDays, dayIn } from "@/ui/days";

export interface Day<T> {
  /** YYYY-MM-DD in the reader's zone. */
  day: string;
  entries: T[];
}

/** Consecutive entries of one day together; the order stays as the server gave it. */
export function groupByDay<T extends { at: string }>(
  entries: readonly T[],
  timeZone: string | undefined,
): Day<T>[] {
  const days: Day<T>[] = [];
  for (const entry of entries) {
    const day = dayIn(entry.at, timeZone);
    const last = days.at(-1);
    if (last?.day === day) last.entries.push(entry);
    else days.push({ day, entries: [entry] });
  }
  return days;
}

/** "today", "yesterday" or neither, for the heading of a day. */
export function nearDay(day: string, timeZone: string | undefined, now = new Date()) {
  const today = dayIn(now, timeZone);
  if (day === today) return "today";
  return day === addDays(today, -1) ? "yesterday" : null;
}
