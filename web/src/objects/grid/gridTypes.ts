import type { FieldMeta, RecordRow } from "@/api/types";

export interface GridColumn {
  field: FieldMeta;
  width: number;
}

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
