/** The list to show: what the address says over what the chosen view says over the object's own default. */
import { hashKey } from "@tanstack/react-query";
import type { FieldMeta, Filter, ObjectMeta, SavedView, ViewDefinition } from "@/api/types";
import { typeOf } from "@/objects/fields/fieldTypes";
import type { GridColumn } from "@/objects/grid/gridTypes";
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
  columns: columnsOf(object, cols ?? savedColumns(saved) ?? object.list.columns),
  filter: (filter === undefined ? saved.filter : filter) ?? null,
  sort: sort ?? saved.sort ?? object.list.sort,
  group: groupOf(object, group === undefined ? saved.group : group),
});

/** The database gives a view's filter back with its keys in another order. */
const isSame = (one: ViewDefinition, other: ViewDefinition) => hashKey([one]) === hashKey([other]);

const groupOf = (object: ObjectMeta, name: string | null | undefined) =>
  object.fields.find((field) => field.groupable && field.name === name) ?? null;

const savedColumns = ({ columns, widths = {} }: ViewDefinition) =>
  columns?.map((name) => (widths[name] ? `${name}:${widths[name]}` : name));

function columnsOf(object: ObjectMeta, names: string[]): GridColumn[] {
  return names.flatMap((column) => {
    const [name, width] = column.split(":");
    const field = object.fields.find((one) => one.name === name);
    if (!field) return [];
    const usual = name === object.title_field ? 260 : typeOf(field).width;
    return [{ field, width: Number(width) || usual }];
  });
}

export const formatColumns = (columns: { name: string; width: number }[]) =>
  columns.map(({ name, width }) => `${name}:${width}`);

/** The list as it is now, to be kept as a view. */
export const definitionOf = ({ columns, filter, sort, group }: Layout): ViewDefinition => ({
  columns: columns.map(({ field }) => field.name),
  widths: Object.fromEntries(columns.map(({ field, width }) => [field.name, width])),
  filter,
  sort,
  group: group?.name ?? null,
});
