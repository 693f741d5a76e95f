/** What the address of a list says. It wins over the chosen view; what it does not say comes from there. */
import type { Filter, Shape, Span, ViewKind } from "@/api/types";
import { complete, isFilter } from "@/objects/filter/filterTree";
import { viewKinds } from "@/objects/list/viewKind";

export interface ListSearch {
  view?: string;
  q?: string;
  /** null: shows everything although the view has a filter. */
  filter?: Filter | null;
  sort?: string;
  /** The field whose values the list is grouped by; null: by none although the view is grouped. */
  group?: string | null;
  /** "name:240:pin", "total:130:sum": a column, its width, whether it is pinned, the figure under it. */
  cols?: string[];
  peek?: string;
  kind?: ViewKind;
  /** What a board, calendar or chart is made by: "status", "due_on:month". */
  by?: string;
  /** The field that columns and bars add up; null: none although the view has one. */
  sum?: string | null;
  span?: Span;
  shape?: Shape;
  /** The day a calendar is open at. */
  day?: string;
}

export const spans: Span[] = ["month", "week"];
export const shapes: Shape[] = ["bar", "line", "donut"];

const oneOf = <T>(known: readonly T[], value: unknown) => known.find((one) => one === value);

const text = (value: unknown) =>
  typeof value === "string" || typeof value === "number" ? String(value) : undefined;

export function parseListSearch(search: Record<string, unknown>): ListSearch {
  const { filter, cols } = search;
  return {
    view: text(search.view),
    q: text(search.q) || undefined,
    filter: filter === null || isFilter(filter) ? complete(filter) : undefined,
    sort: text(search.sort),
    group: search.group === null ? null : text(search.group),
    cols: Array.isArray(cols) ? cols.filter((one) => typeof one === "string") : undefined,
    peek: text(search.peek),
    kind: oneOf(viewKinds, search.kind),
    by: text(search.by),
    sum: search.sum === null ? null : text(search.sum),
    span: oneOf(spans, search.span),
    shape: oneOf(shapes, search.shape),
    day: /^\d{4}-\d{2}-\d{2}$/.exec(String(search.day))?.[0],
  };
}
