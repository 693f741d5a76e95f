import type { FieldMeta, RecordRow } from "@/api/types";

/** What can stand under a column of figures. */
export const measures = ["sum", "avg", "min", "max", "empty"] as const;
export type Measure = (typeof measures)[number];

export interface GridColumn {
  field: FieldMeta;
  width: number;
  /** Stays at the left while the rest scrolls; such columns come first. */
  pinned: boolean;
  measure?: Measure;
}

const measurable = new Set<FieldMeta["type"]>(["number", "decimal", "float", "money", "score"]);
export const isMeasurable = ({ type }: FieldMeta) => measurable.has(type);

const pinnedIn = (columns: GridColumn[]) => columns.filter(({ pinned }) => pinned).length;

/** The columns with one at another place. What comes among pinned ones is pinned, what leaves them is not. */
export function moveColumn(columns: GridColumn[], from: number, to: number): GridColumn[] {
  const moved = columns[from];
  if (!moved) return columns;
  const rest = columns.toSpliced(from, 1);
  const edge = pinnedIn(rest);
  const pinned = to === edge ? moved.pinned : to < edge;
  return rest.toSpliced(to, 0, { ...moved, pinned });
}

/** Pins a column behind those that are, or lets it go. */
export function pinColumn(columns: GridColumn[], at: number, pinned: boolean): GridColumn[] {
  const rest = columns.toSpliced(at, 1);
  const column = columns[at];
  return column ? rest.toSpliced(pinnedIn(rest), 0, { ...column, pinned }) : columns;
}

/** Where a cell of a pinned column stands; the grid knows how far each is from its left. */
export const leftOf = (column: number) =>
  ({ "--left": `var(--left-${column})` }) as React.CSSProperties;

export interface SortKey {
  name: string;
  descending: boolean;
}

export interface Cell {
  row: number;
  column: number;
}

/** "replace" starts from what was typed, "modify" from the present value. */
export type EditMode = "replace" | "modify";

export interface GridActions {
  /** Saves a cell; the new value as the field's type understands it. */
  onCommit: (record: RecordRow, field: FieldMeta, value: unknown) => void;
  onOpen: (record: RecordRow) => void;
  onPeek: (record: RecordRow) => void;
}

export const parseSort = (sort: string): SortKey[] =>
  sort
    .split(",")
    .filter(Boolean)
    .map((key) => ({ name: key.replace(/^-/, ""), descending: key.startsWith("-") }));

export const formatSort = (keys: SortKey[]) =>
  keys.map(({ name, descending }) => (descending ? `-${name}` : name)).join(",");
