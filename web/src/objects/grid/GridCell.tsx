import { type MouseEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import type { FieldMeta } from "@/api/types";
import { isBlank } from "@/objects/fields/fieldType";
import { isEditable, shownAs, typeOf } from "@/objects/fields/fieldTypes";
import { CellPicker } from "@/objects/grid/CellPicker";
import { CellText } from "@/objects/grid/CellText";
import type { RowProps } from "@/objects/grid/GridRow";
import { leftOf } from "@/objects/grid/gridTypes";
import { recordPath } from "@/objects/record/recordPath";
import { useFormat } from "@/ui/format";
import styles from "./grid.module.css";

interface Props extends RowProps {
  field: FieldMeta;
  column: number;
  sticky: boolean;
  /** In the block that is marked. */
  marked: boolean;
  fault: string | undefined;
  active: boolean;
  reachable: boolean;
}

/** With a finger the sheet is scrolled. */
const isDrawing = ({ buttons, pointerType }: PointerEvent) =>
  buttons === 1 && pointerType !== "touch";

export function GridCell(props: Props) {
  const { record, object, field, index, column, active, mode, reachable, cursor } = props;
  const cell = useRef<HTMLDivElement>(null);
  const type = typeOf(field);
  const editable = isEditable(field, record);
  const typed = editable && type.inline === "text";

  useEffect(() => {
    if (active && !typed && !mode) cell.current?.focus({ preventScroll: true });
  }, [active, typed, mode]);

  function onClick(event: MouseEvent) {
    if (event.shiftKey) cursor.extend({ row: index, column });
    else if (!active) cursor.activate({ row: index, column });
    else if (!mode && editable) cursor.edit("modify");
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled once, by the grid
    <div
      ref={cell}
      role="gridcell"
      aria-colindex={column + 2}
      aria-readonly={!editable}
      className={styles.cell}
      style={props.sticky ? leftOf(column) : undefined}
      data-sticky={props.sticky}
      data-align={type.align}
      data-active={active}
      data-editing={mode !== null}
      data-locked={!editable}
      data-marked={props.marked}
      data-fault={props.fault !== undefined}
      aria-selected={props.marked || undefined}
      aria-invalid={props.fault !== undefined || undefined}
      title={props.fault}
      onPointerDown={() => cursor.press({ row: index, column })}
      onPointerEnter={(event) => isDrawing(event) && cursor.draw({ row: index, column })}
      tabIndex={reachable || (active && !typed) ? 0 : -1}
      onFocus={() => reachable && !active && cursor.enter({ row: index, column })}
      onClick={onClick}
    >
      <CellValue {...props} isTitle={field.name === object.title_field} />
      {active && typed && <ActiveText {...props} />}
      {active && !typed && mode && <ActivePicker {...props} />}
    </div>
  );
}

function CellValue({ record, object, field, isTitle, onOpen }: Props & { isTitle: boolean }) {
  const format = useFormat();
  const { Display, toText } = shownAs(field);
  const value = record[field.name];
  if (isBlank(value) && !isTitle) return null;
  const text = toText(value, field, format, record);

  /** A plain anchor: a router link in every row costs too much while scrolling. */
  function open(event: MouseEvent) {
    event.stopPropagation();
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onOpen(record);
  }

  return (
    <span className="ellipsis" title={text}>
      {isTitle ? (
        <a
          href={recordPath(object.path, record.id)}
          className={styles.title}
          tabIndex={-1}
          draggable={false}
          onClick={open}
        >
          {text || "–"}
        </a>
      ) : (
        <Display value={value} field={field} record={record} plain />
      )}
    </span>
  );
}

/** The record as it was when editing began: what others change meanwhile is not to be overwritten unseen. */
function useAsBegun({ record, mode }: Props) {
  const [begun, setBegun] = useState(record);
  if (!mode && begun !== record) setBegun(record);
  return begun;
}

function ActiveText(props: Props) {
  const { field, cursor, mode, onCommit } = props;
  const record = useAsBegun(props);
  const { toInput, parse, align } = typeOf(field);
  const text = toInput?.(record[field.name]) ?? "";

  function commit(typed: string, step?: { row?: number; column?: number }) {
    cursor.finish(step);
    const value = parse ? parse(typed) : typed;
    const same = (isBlank(value) && isBlank(record[field.name])) || typed === text;
    if (!same) onCommit(record, field, value);
  }

  return (
    <CellText
      label={field.label}
      text={text}
      mode={mode}
      align={align}
      onStart={() => cursor.edit("replace")}
      onCommit={commit}
      onCancel={() => cursor.finish()}
    />
  );
}

function ActivePicker(props: Props) {
  const { field, cursor, onCommit } = props;
  const record = useAsBegun(props);
  return (
    <CellPicker
      field={field}
      value={record[field.name]}
      onCommit={(value) => {
        cursor.finish();
        onCommit(record, field, value);
      }}
      onCancel={() => cursor.finish()}
    />
  );
}
