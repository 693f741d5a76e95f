/** The list to show: what the address says over what the chosen view says over the object's own default. */
import { hashKey } from "@tanstack/react-query";
import { fieldOf } from "@/api/meta";
import type { FieldMeta, Filter, ObjectMeta, SavedView, ViewDefinition } from "@/api/types";
import { typeOf } from "@/objects/fields/fieldTypes";
import {
  formatSort,
  type GridColumn,
  isMeasurable,
  measures,
  parseSort,
} from "@/objects/grid/gridTypes";
import type { ListSearch } from "@/objects/list/listSearch";

/** How a list is laid out: all that a view keeps. */
interface Layout {
  columns: GridColumn[];
  filter: Filter | null;
  sort: string;
  /** The field whose values are shown with their totals instead of the records. */
  group: FieldMeta | null;
}

export interface ListState extends Layout {
  view: SavedView | undefined;
  /** Differs from the view it started from. */
  isChanged: boolean;
}

export function listState(object: ObjectMeta, search: ListSearch, views: SavedView[]): ListState {
  const view = views.find(({ id }) => id === search.view);
  const layout = layoutOf(object, search, view?.definition);
  const untouched = layoutOf(object, {}, view?.definition);
  return { ...layout, view, isChanged: !isSame(definitionOf(layout), definitionOf(untouched)) };
}

const layoutOf = (
  object: ObjectMeta,
  { cols, filter, sort, group }: ListSearch,
  saved: ViewDefinition = {},
): Layout => ({
  columns: columnsOf(object, cols ?? savedColumns(object, saved)),
  filter: (filter === undefined ? saved.filter : filter) ?? null,
  sort: sortOf(object, sort ?? saved.sort),
  group: groupOf(object, group === undefined ? saved.group : group),
});

/** Without fields that are archived, or hidden by now. */
function sortOf(object: ObjectMeta, sort = object.list.sort) {
  const keys = parseSort(sort).filter(({ name }) => fieldOf(object, name));
  return formatSort(keys) || object.list.sort;
}

/** The database gives a view's filter back with its keys in another order. */
const isSame = (one: ViewDefinition, other: ViewDefinition) => hashKey([one]) === hashKey([other]);

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
export const definitionOf = ({ columns, filter, sort, group }: Layout): ViewDefinition => ({
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
