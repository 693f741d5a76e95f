/** The timeline is cut into days of the reader's time zone, not of the server's or the computer's. */

export interface Day<T> {
  /** YYYY-MM-DD in the reader's zone. */
  day: string;
  entries: T[];
}

export function dayIn(instant: string | Date, timeZone: string | undefined) {
  // The Swedish locale writes dates as ISO does.
  return new Intl.DateTimeFormat("sv", { timeZone }).format(new Date(instant));
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
  if (day === dayIn(now, timeZone)) return "today";
  const before = new Date(now.getTime() - 86_400_000);
  return day === dayIn(before, timeZone) ? "yesterday" : null;
}
