/** The list to show: what the address says over what the chosen view says over the object's own default. */
import { hashKey } from "@tanstack/react-query";
import { fieldOf } from "@/api/meta";
import type {
  FieldMeta,
  Filter,
  ObjectMeta,
  SavedView,
  Shape,
  Span,
  ViewDefinition,
  ViewKind,
} from "@/api/types";
import { typeOf } from "@/objects/fields/fieldTypes";
import {
  formatSort,
  type GridColumn,
  isMeasurable,
  measures,
  parseSort,
} from "@/objects/grid/gridTypes";
import { summable } from "@/objects/list/groups";
import type { ListSearch } from "@/objects/list/listSearch";
import { type By, byOf, formatBy } from "@/objects/list/viewKind";

/** How a list is laid out: all that a view keeps. */
interface Layout {
  kind: ViewKind;
  columns: GridColumn[];
  filter: Filter | null;
  sort: string;
  /** The field whose values are shown with their totals instead of the records. */
  group: FieldMeta | null;
  /** What a board, calendar or chart is made by; a table is by nothing. */
  by: By | null;
  /** What columns and bars add up besides counting. */
  sum: FieldMeta | null;
  span: Span;
  shape: Shape;
}

export interface ListState extends Layout {
  view: SavedView | undefined;
  /** Differs from the view it started from. */
  isChanged: boolean;
}

export function listState(object: ObjectMeta, search: ListSearch, views: SavedView[]): ListState {
  const view = views.find(({ id }) => id === search.view);
  const layout = layoutOf(object, search, view);
  return { ...layout, view, isChanged: !isSame(layout, layoutOf(object, {}, view)) };
}

function layoutOf(object: ObjectMeta, search: ListSearch, view: SavedView | undefined): Layout {
  const { cols, filter, sort, group } = search;
  const saved: ViewDefinition = view?.definition ?? {};
  const wanted = search.kind ?? view?.kind ?? "table";
  // What the view says of its own kind is not meant for another.
  const own = wanted === (view?.kind ?? "table") ? saved : {};
  const by = byOf(object, wanted, search.by ?? own.by);
  const sum = search.sum === undefined ? own.sum : search.sum;
  return {
    kind: by ? wanted : "table",
    columns: columnsOf(object, cols ?? savedColumns(object, saved)),
    filter: (filter === undefined ? saved.filter : filter) ?? null,
    sort: sortOf(object, sort ?? saved.sort),
    group: by ? null : groupOf(object, group === undefined ? saved.group : group),
    by,
    sum: object.fields.find((field) => field.name === sum && summable(field)) ?? null,
    span: search.span ?? own.span ?? "month",
    shape: search.shape ?? own.shape ?? (by?.period ? "line" : "bar"),
  };
}

/** Without fields that are archived, or hidden by now. */
function sortOf(object: ObjectMeta, sort = object.list.sort) {
  const keys = parseSort(sort).filter(({ name }) => fieldOf(object, name));
  return formatSort(keys) || object.list.sort;
}

/** The database gives a view's filter back with its keys in another order. */
const isSame = (one: Layout, other: Layout) =>
  hashKey([one.kind, definitionOf(one)]) === hashKey([other.kind, definitionOf(other)]);

const groupOf = (object: ObjectMeta, name: string | null | undefined) =>
  object.fields.find((field) => field.groupable && field.name === name) ?? null;

/** The columns of a view as an address would say them; one that says nothing of pins has its first pinned. */
const savedColumns = (
  { list }: ObjectMeta,
  { columns = list.columns, widths = {}, pinned = 1, footer = {} }: ViewDefinition,
) =>
  columns.map((name, at) =>
    [name, widths[name] ?? "", at < pinned ? "pin" : null, footer[name]]
      .filter((part) => part !== null && part !== undefined)
      .join(":"),
  );

function columnsOf(object: ObjectMeta, names: string[]): GridColumn[] {
  return names.flatMap((column) => {
    const [name = "", width, ...marks] = column.split(":");
    const field = fieldOf(object, name);
    if (!field) return [];
    const usual = name === object.title_field ? 260 : typeOf(field).width;
    const measure = isMeasurable(field) ? measures.find((one) => marks.includes(one)) : undefined;
    return [{ field, width: Number(width) || usual, pinned: marks.includes("pin"), measure }];
  });
}

export const formatColumns = (columns: GridColumn[]) =>
  columns.map(({ field, width, pinned, measure }) =>
    [field.name, width, pinned && "pin", measure].filter(Boolean).join(":"),
  );

/** The list as it is now, to be kept as a view. */
export const definitionOf = (layout: Layout): ViewDefinition => ({
  ...commonOf(layout),
  ...(layout.by ? { by: formatBy(layout.by), sum: layout.sum?.name ?? null } : {}),
  ...(layout.kind === "calendar" ? { span: layout.span } : {}),
  ...(layout.kind === "chart" ? { shape: layout.shape } : {}),
});

const commonOf = ({ columns, filter, sort, group }: Layout): ViewDefinition => ({
  columns: columns.map(({ field }) => field.name),
  widths: Object.fromEntries(columns.map(({ field, width }) => [field.name, width])),
  pinned: columns.filter(({ pinned }) => pinned).length,
  footer: Object.fromEntries(
    columns.flatMap(({ field, measure }) => (measure ? [[field.name, measure]] : [])),
  ),
  filter,
  sort,
  group: group?.name ?? null,
});
