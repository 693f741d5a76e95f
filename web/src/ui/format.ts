/** Numbers, money and times in the reader's language and time zone, by Intl. */
import { createContext, use } from "react";

import type { Period } from "@/ui/days";

type Numeric = number | string | null | undefined;

export interface Format {
  language: string;
  timeZone: string | undefined;
  currency: string;
  number: (value: Numeric, decimals?: number) => string;
  decimal: (value: Numeric, decimals?: number) => string;
  /** "1.2M", "120万": for axes. */
  short: (value: number) => string;
  money: (value: Numeric, currency?: string | null, whole?: boolean) => string;
  /** Takes a share of one: 0.25 is shown as 25%. */
  share: (value: Numeric, decimals?: number) => string;
  date: (value: string | null | undefined) => string;
  dateTime: (value: string | null | undefined) => string;
  time: (value: string) => string;
  /** Takes the time on a clock, "09:30". */
  timeOfDay: (value: string) => string;
  day: (value: string) => string;
  /** Takes a day: "November 2026", "Mon", and two days: "Nov 2 – 8, 2026". */
  month: (day: string) => string;
  weekday: (day: string) => string;
  dateRange: (first: string, last: string) => string;
  /** Takes the first day of a period: "May 2026", "Q2 2026". */
  period: (first: string, period: Period) => string;
  relative: (value: string) => string;
  /** Takes words: "a, b and c". */
  list: (words: string[]) => string;
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

const blank = (value: unknown): value is null | undefined | "" =>
  value === null || value === undefined || value === "";

/** A date without time must not move with the zone: it is read and shown as UTC. */
const isDateOnly = (value: string) => /^\d{4}-\d{2}-\d{2}$/.test(value);

const isTimeOfDay = (value: string) => /^([01]\d|2[0-3]):[0-5]\d$/.test(value);

interface Place {
  zone?: string | undefined;
  homeCurrency?: string | undefined;
  /** Words for less than a minute, where Intl has but "now". */
  justNow?: string;
}

export function makeFormat(
  language: string,
  { zone, homeCurrency = "CNY", justNow = "just now" }: Place = {},
): Format {
  const numbers = new Map<string, Intl.NumberFormat>();
  const numberFormat = (options: Intl.NumberFormatOptions) => {
    const key = JSON.stringify(options);
    let format = numbers.get(key);
    if (!format) {
      format = new Intl.NumberFormat(language, options);
      numbers.set(key, format);
    }
    return format;
  };
  const show = (value: Numeric, options: Intl.NumberFormatOptions) =>
    blank(value) ? "" : numberFormat(options).format(Number(value));

  const timeZone = validZone(zone) || undefined;
  const dateOnly = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone: "UTC" });
  const dateInZone = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeZone });
  const dateTime = new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone,
  });
  const time = new Intl.DateTimeFormat(language, { timeStyle: "short", timeZone });
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "short", timeZone: "UTC" });
  const dayOptions = { weekday: "long", day: "numeric", month: "long", year: "numeric" } as const;
  const day = new Intl.DateTimeFormat(language, { ...dayOptions, timeZone });
  const dayOnly = new Intl.DateTimeFormat(language, { ...dayOptions, timeZone: "UTC" });
  const ofDay = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
  const shortMonth = ofDay({ year: "numeric", month: "short" });
  const longMonth = ofDay({ year: "numeric", month: "long" });
  const weekday = ofDay({ weekday: "short" });
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

  const date: Format["date"] = (value) => {
    if (!value) return "";
    return (isDateOnly(value) ? dateOnly : dateInZone).format(new Date(value));
  };

  return {
    language,
    timeZone,
    currency: homeCurrency,
    number: (value, decimals = 0) => show(value, { maximumFractionDigits: decimals }),
    decimal: (value, decimals = 2) =>
      show(value, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
    short: (value) => show(value, { notation: "compact" }),
    money: (value, currency, whole = false) =>
      show(value, {
        style: "currency",
        currency: currency || homeCurrency,
        ...(whole ? { maximumFractionDigits: 0 } : {}),
      }),
    share: (value, decimals = 0) =>
      show(value, { style: "percent", maximumFractionDigits: decimals }),
    date,
    dateTime: (value) => {
      if (!value) return "";
      return isDateOnly(value) ? date(value) : dateTime.format(new Date(value));
    },
    time: (value) => time.format(new Date(value)),
    timeOfDay: (value) =>
      isTimeOfDay(value) ? clock.format(new Date(`1970-01-01T${value}Z`)) : value,
    day: (value) => (isDateOnly(value) ? dayOnly : day).format(new Date(value)),
    month: (day) => longMonth.format(new Date(day)),
    weekday: (day) => weekday.format(new Date(day)),
    dateRange: (first, last) => dateOnly.formatRange(new Date(first), new Date(last)),
    period: (first, period) => {
      if (period === "year") return first.slice(0, 4);
      if (period === "quarter") return `${first.slice(0, 4)} Q${Math.ceil(+first.slice(5, 7) / 3)}`;
      return period === "month" ? shortMonth.format(new Date(first)) : date(first);
    },
    relative: (value) => {
      const seconds = (new Date(value).getTime() - Date.now()) / 1000;
      const found = units.find(([, length]) => Math.abs(seconds) >= length);
      if (!found) return justNow;
      const [unit, size] = found;
      return relative.format(Math.round(seconds / size), unit);
    },
    list: (words) => list.format(words),
  };
}

function validZone(zone: string | undefined) {
  try {
    return zone && new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

export const FormatContext = createContext<Format>(makeFormat("en"));
export const useFormat = () => use(FormatContext);
