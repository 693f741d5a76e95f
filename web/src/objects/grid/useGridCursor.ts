/** Where the cursor of the grid is, whether the cell is being edited, and what each key does. */
import { type KeyboardEvent, useCallback, useRef, useState } from "react";
import type { RecordRow } from "@/api/types";
import { isEditable, typeOf } from "@/objects/fields/fieldTypes";
import { type Block, blockOf } from "@/objects/grid/block";
import type { Cell, EditMode, GridActions, GridColumn } from "@/objects/grid/gridTypes";
import { useStable } from "@/ui/useStable";

interface Options extends GridActions {
  rows: RecordRow[];
  columns: GridColumn[];
  pageRows: number;
  onToggle: (record: RecordRow) => void;
  onReveal: (cell: Cell) => void;
  onEmpty: (block: Block) => void;
}

export interface GridCursor {
  active: Cell | null;
  /** The corner of the block opposite the active cell; null while that cell is all of it. */
  corner: Cell | null;
  mode: EditMode | null;
  extend: (corner: Cell) => void;
  /** Where the button of the mouse went down; null outside of cells. */
  press: (cell: Cell | null) => void;
  /** The focus has come to a cell; by a click it is the click that says what to do. */
  enter: (cell: Cell) => void;
  /** Marks the block from there to a cell that the mouse has come to. */
  draw: (cell: Cell) => void;
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
  const { rows, columns, pageRows, onReveal, onCommit, onOpen, onPeek, onToggle, onEmpty } =
    options;
  const [active, setActive] = useState<Cell | null>(null);
  const [corner, setCorner] = useState<Cell | null>(null);
  const [mode, setMode] = useState<EditMode | null>(null);

  const activate = useCallback(
    (cell: Cell) => {
      setActive((old) => (old?.row === cell.row && old.column === cell.column ? old : cell));
      setCorner(null);
      setMode(null);
      onReveal(cell);
    },
    [onReveal],
  );

  /** An edit in progress is not given up for a block. */
  const extend = useStable((cell: Cell) => {
    if (mode || !active) return;
    setCorner(cell);
    onReveal(cell);
  });

  const pressed = useRef<Cell | null>(null);
  const press = useCallback((cell: Cell | null) => {
    pressed.current = cell;
  }, []);

  const enter = (cell: Cell) => {
    if (!pressed.current) activate(cell);
  };

  const draw = useStable((cell: Cell) => {
    if (mode || !pressed.current) return;
    activate(pressed.current);
    setCorner(cell);
  });

  function move(rowStep: number, columnStep: number, extending = false) {
    const from = extending ? (corner ?? active) : active;
    if (!from) return;
    const to = extending ? extend : activate;
    to({
      row: clamp(from.row + rowStep, rows.length - 1),
      column: clamp(from.column + columnStep, columns.length - 1),
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
    else if (event.key === "Escape" && corner) setCorner(null);
    else if (event.key === "Delete" && active && corner) onEmpty(blockOf(active, corner));
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
    if (step) move(...step, event.shiftKey);
    else if (!act(event)) return;
    event.preventDefault();
  }

  return { active, corner, mode, activate, extend, press, enter, draw, edit, finish, onKeyDown };
}
