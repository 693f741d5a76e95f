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

/** The first Monday after a day. */
export function nextMonday(day: string) {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return addDays(day, (8 - weekday) % 7 || 7);
}
