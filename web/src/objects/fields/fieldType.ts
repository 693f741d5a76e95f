import type { ComponentType } from "react";
import type { FieldMeta, RecordRow } from "@/api/types";
import type { Format } from "@/ui/format";

export interface DisplayProps {
  value: unknown;
  field: FieldMeta;
  record?: RecordRow;
  /** In a cell of the grid a click picks the cell: addresses are text there. */
  plain?: boolean;
}

export interface EditorProps {
  id?: string;
  value: unknown;
  field: FieldMeta;
  /** `final` when one pick is the whole answer, so that a cell can save at once. */
  onChange: (value: unknown, final?: boolean) => void;
  /** The picker was closed: save what was picked so far. */
  onClose?: () => void;
  autoFocus?: boolean;
  /** Opens the picker's list right away, as a grid cell does. */
  open?: boolean;
  invalid?: boolean;
  /** The value is for several records at once. */
  many?: boolean;
}

/** How a cell of the grid edits: typed in place, a picker over the cell, a switch, or not at all. */
export type Inline = "text" | "picker" | "toggle" | "none";

/** All the client knows about one type of field. */
export interface FieldType {
  Display: ComponentType<DisplayProps>;
  Editor: ComponentType<EditorProps>;
  inline: Inline;
  /** Width of its column until somebody drags it. */
  width: number;
  align?: "end";
  /** Plain words for tooltips, the clipboard and filter chips. */
  toText: (value: unknown, field: FieldMeta, format: Format, record?: RecordRow) => string;
  /** What is put into the box when a cell is edited. */
  toInput?: (value: unknown) => string;
  /** What was typed or pasted, as a value. */
  parse?: (text: string) => unknown;
  /** The value as the server takes it. */
  toWire?: (value: unknown) => unknown;
}

export const isBlank = (value: unknown) =>
  value === null ||
  value === undefined ||
  value === "" ||
  (Array.isArray(value) && value.length === 0);

export const asString = (value: unknown) => (isBlank(value) ? "" : String(value));
