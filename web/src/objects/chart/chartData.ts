/** What a chart draws of the groups of a list. */
import type { Aggregate, FieldMeta, Group } from "@/api/types";
import { isBlank } from "@/objects/fields/fieldType";
import { typeOf } from "@/objects/fields/fieldTypes";
import { totalText } from "@/objects/grid/totals";
import { sortGroups } from "@/objects/list/groups";
import type { By } from "@/objects/list/viewKind";
import { type Period, periodAfter } from "@/ui/days";
import type { Format } from "@/ui/format";

export interface Point {
  /** The group it opens; absent for all the others together. */
  key?: Group["key"];
  label: string;
  value: number;
  text: string;
  /** Of a choice, as named in its metadata. */
  color?: string | null;
}

export interface Words {
  noValue: string;
  others: string;
}

const mostPeriods = 500;

const figureOf = (group: Group, sum: FieldMeta | null) =>
  sum ? Number(group[`sum_${sum.name}`] ?? 0) : group.count;

/** Periods in time and without gaps, choices as they are declared, the rest by size with the smallest together. */
export function pointsOf(
  { groups, total }: Aggregate,
  by: By,
  sum: FieldMeta | null,
  format: Format,
  words: Words,
  most = 30,
): Point[] {
  const text = (value: Group) =>
    sum ? totalText(value, sum, "sum", format) : format.number(value.count);
  const point = (group: Group): Point => ({
    key: group.key,
    label: labelOf(group, by, format, words),
    value: figureOf(group, sum),
    text: text(group),
    color: by.field.choices?.find(({ value }) => value === group.key)?.color,
  });
  if (by.period) return withoutGaps(groups, by.period, by.field).map(point);
  const choices = by.field.choices?.map(({ value }) => value);
  if (choices) {
    const place = ({ key }: Group) => choices.indexOf(String(key)) + 1 || choices.length + 1;
    return groups.toSorted((one, other) => place(one) - place(other)).map(point);
  }
  const name = sum ? (`sum_${sum.name}` as const) : "count";
  const sorted = sortGroups(groups, { name, descending: true }).map(point);
  if (sorted.length <= most) return sorted;
  const shown = sorted.slice(0, most - 1);
  const rest = figureOf({ ...total, key: null, label: null }, sum) - sumOf(shown);
  const others = sum
    ? typeOf(sum).toText(String(rest), { ...sum, currency: null }, format)
    : format.number(rest);
  return [...shown, { label: words.others, value: rest, text: others }];
}

const sumOf = (points: Point[]) => points.reduce((all, { value }) => all + value, 0);

function labelOf({ key, label }: Group, { field, period }: By, format: Format, words: Words) {
  if (isBlank(key)) return words.noValue;
  if (period) return format.period(String(key), period);
  if (field.type === "link") return label ?? "–";
  return typeOf(field).toText(key, field, format);
}

/** Every period from the first to the last, with nothing where there was nothing; records without a date are left out. */
function withoutGaps(groups: Group[], period: Period, field: FieldMeta): Group[] {
  const known = new Map(groups.map((group) => [group.key, group]));
  const days = groups.flatMap(({ key }) => (isBlank(key) ? [] : String(key))).toSorted();
  const last = days.at(-1) ?? "";
  const filled: Group[] = [];
  for (let at = days[0] ?? ""; at && at <= last; at = periodAfter(at, period)) {
    filled.push(known.get(at) ?? { key: at, label: field.label, count: 0 });
    // Years of days between two dates far apart would be no chart.
    if (filled.length > mostPeriods) return groups.filter(({ key }) => !isBlank(key)).toReversed();
  }
  return filled;
}

/** What a spreadsheet would run as a formula, it is to show. */
const harmless = (cell: string) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell);
const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** The points as CSV in UTF-8, with the mark that Excel wants to see. */
export function csvOf(points: Point[], header: [string, string]) {
  const rows = [
    header.map(harmless),
    ...points.map(({ label, value }) => [harmless(label), String(value)]),
  ];
  return `\ufeff${rows.map((row) => row.map(quoted).join(",")).join("\r\n")}\r\n`;
}
