/** Calendar days as the reader's time zone has them; a day is written YYYY-MM-DD. */

export function dayIn(instant: string | Date, timeZone: string | undefined) {
  // The Swedish locale writes dates as ISO does.
  return new Intl.DateTimeFormat("sv", { timeZone }).format(new Date(instant));
}

export function addDays(day: string, count: number) {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + count);
  return moved.toISOString().slice(0, 10);
}

/** Whole days that have passed since an instant. */
export const daysSince = (instant: string, now = Date.now()) =>
  Math.floor((now - Date.parse(instant)) / 86_400_000);

export const periods = ["day", "week", "month", "quarter", "year"] as const;
export type Period = (typeof periods)[number];

const monthsIn = { month: 1, quarter: 3, year: 12 };

/** The first day of the period after the one that begins on a day, or of one `count` further. */
export function periodAfter(first: string, period: Period, count = 1) {
  if (period === "day" || period === "week")
    return addDays(first, count * (period === "day" ? 1 : 7));
  const moved = new Date(`${first}T00:00:00Z`);
  moved.setUTCMonth(moved.getUTCMonth() + count * monthsIn[period]);
  return moved.toISOString().slice(0, 10);
}

/** ISO weekday, 1 Monday to 7 Sunday. */
export const weekdayOf = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay() || 7;

/** The first day of the week, which begins on `weekStart`, that a day lies in. */
export const startOfWeek = (day: string, weekStart: number) =>
  addDays(day, -((weekdayOf(day) - weekStart + 7) % 7));

/** The first Monday after a day. */
export function nextMonday(day: string) {
  return addDays(day, 8 - weekdayOf(day));
}

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
