/** The list to show: what the address says over what the chosen view says over the object's own default. */
import type { Filter, ObjectMeta, SavedView, ViewDefinition } from "@/api/types";
import { typeOf } from "@/objects/fields/fieldTypes";
import type { GridColumn } from "@/objects/grid/gridTypes";
import type { ListSearch } from "@/objects/list/listSearch";

export interface ListState {
  columns: GridColumn[];
  filter: Filter | null;
  sort: string;
  view: SavedView | undefined;
  /** Differs from the view it started from. */
  isChanged: boolean;
}

export function listState(object: ObjectMeta, search: ListSearch, views: SavedView[]): ListState {
  const view = views.find(({ id }) => id === search.view);
  const saved = view?.definition ?? {};
  return {
    view,
    columns: columnsOf(object, search.cols ?? savedColumns(saved) ?? object.list.columns),
    filter: (search.filter === undefined ? saved.filter : search.filter) ?? null,
    sort: search.sort ?? saved.sort ?? object.list.sort,
    isChanged: [search.filter, search.sort, search.cols].some((value) => value !== undefined),
  };
}

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
export const definitionOf = ({ columns, filter, sort }: ListState): ViewDefinition => ({
  columns: columns.map(({ field }) => field.name),
  widths: Object.fromEntries(columns.map(({ field, width }) => [field.name, width])),
  filter,
  sort,
});
