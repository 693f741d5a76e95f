/** Where the cursor of the grid is, whether the cell is being edited, and what each key does. */
import { type KeyboardEvent, useCallback, useState } from "react";
import type { RecordRow } from "@/api/types";
import { isEditable, typeOf } from "@/objects/fields/fieldTypes";
import type { Cell, EditMode, GridActions, GridColumn } from "@/objects/grid/gridTypes";

interface Options extends GridActions {
  rows: RecordRow[];
  columns: GridColumn[];
  pageRows: number;
  onToggle: (record: RecordRow) => void;
  onReveal: (cell: Cell) => void;
}

export interface GridCursor {
  active: Cell | null;
  mode: EditMode | null;
  activate: (cell: Cell) => void;
  edit: (mode: EditMode) => void;
  /** Ends editing; `step` moves on as Enter (down) and Tab (right) do. */
  finish: (step?: Partial<Cell>) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

const clamp = (value: number, last: number) => Math.max(0, Math.min(value, last));

const isPrintable = (event: KeyboardEvent) =>
  event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;

export function useGridCursor(options: Options): GridCursor {
  const { rows, columns, pageRows, onReveal, onCommit, onOpen, onPeek, onToggle } = options;
  const [active, setActive] = useState<Cell | null>(null);
  const [mode, setMode] = useState<EditMode | null>(null);

  const activate = useCallback(
    (cell: Cell) => {
      setActive((old) => (old?.row === cell.row && old.column === cell.column ? old : cell));
      setMode(null);
      onReveal(cell);
    },
    [onReveal],
  );

  function move(rowStep: number, columnStep: number) {
    if (!active) return;
    activate({
      row: clamp(active.row + rowStep, rows.length - 1),
      column: clamp(active.column + columnStep, columns.length - 1),
    });
  }

  const record = active ? rows[active.row] : undefined;
  const field = active ? columns[active.column]?.field : undefined;
  const editable = record !== undefined && field !== undefined && isEditable(field, record);

  function edit(next: EditMode) {
    if (!editable) return;
    if (typeOf(field).inline === "toggle") onCommit(record, field, record[field.name] !== true);
    else setMode(next);
  }

  function finish(step?: Partial<Cell>) {
    setMode(null);
    move(step?.row ?? 0, step?.column ?? 0);
  }

  const jump = (key: string, far: boolean): Record<string, [number, number]>[string] | undefined =>
    ({
      ArrowUp: [far ? -rows.length : -1, 0],
      ArrowDown: [far ? rows.length : 1, 0],
      ArrowLeft: [0, far ? -columns.length : -1],
      ArrowRight: [0, far ? columns.length : 1],
      PageUp: [-pageRows, 0],
      PageDown: [pageRows, 0],
      Home: [far ? -rows.length : 0, -columns.length],
      End: [far ? rows.length : 0, columns.length],
    })[key] as [number, number] | undefined;

  function act(event: KeyboardEvent): boolean {
    if (!record || !field) return false;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onOpen(record);
    else if (event.key === "Enter" && !editable) onPeek(record);
    else if (event.key === "Enter" || event.key === "F2") edit("modify");
    else if (event.key === " " && event.shiftKey) onToggle(record);
    else if (event.key === " ") onPeek(record);
    else if (event.key === "Delete" && editable && !field.required) onCommit(record, field, null);
    else if (isPrintable(event) && editable && typeOf(field).inline !== "text") edit("modify");
    else return false;
    return true;
  }

  function onKeyDown(event: KeyboardEvent) {
    // While an input method composes, every key belongs to it, Enter above all.
    if (mode || event.nativeEvent.isComposing || event.keyCode === 229 || event.defaultPrevented) {
      return;
    }
    const step = jump(event.key, event.ctrlKey || event.metaKey);
    if (step) move(...step);
    else if (!act(event)) return;
    event.preventDefault();
  }

  return { active, mode, activate, edit, finish, onKeyDown };
}
