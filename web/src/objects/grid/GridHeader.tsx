import type { ReactTable } from "@tanstack/react-table";
import { Dropdown, type MenuProps } from "antd";
import { ArrowDown, ArrowUp, ChevronDown } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecordRow } from "@/api/types";
import { typeOf } from "@/objects/fields/fieldTypes";
import type { GridFeatures } from "@/objects/grid/Grid";
import {
  type GridColumn,
  isMeasurable,
  leftOf,
  type Measure,
  moveColumn,
  pinColumn,
  type SortKey,
} from "@/objects/grid/gridTypes";
import { measureItems } from "@/objects/grid/totals";
import styles from "./grid.module.css";

interface Props {
  table: ReactTable<GridFeatures, RecordRow>;
  columns: GridColumn[];
  sort: SortKey[];
  onSort: (keys: SortKey[]) => void;
  onColumns: (columns: GridColumn[]) => void;
  stuck: number;
  onResized: () => void;
  onFilterBy: (name: string) => void;
}

export function GridHeader(props: Props) {
  const { table, columns, onColumns } = props;
  const { t } = useTranslation();
  const someSelected = table.getIsSomeRowsSelected() && !table.getIsAllRowsSelected();
  const [dragged, setDragged] = useState<number | null>(null);

  const move = (from: number, to: number) => onColumns(moveColumn(columns, from, to));

  return (
    <div role="rowgroup" className={styles.head}>
      <div role="row" className={styles.row} aria-rowindex={1}>
        <div role="columnheader" className={styles.check}>
          <input
            type="checkbox"
            aria-label={t("grid.selectAll")}
            checked={table.getIsAllRowsSelected()}
            ref={(box) => {
              if (box) box.indeterminate = someSelected;
            }}
            onChange={table.getToggleAllRowsSelectedHandler()}
          />
        </div>
        {columns.map((column, index) => (
          <HeaderCell
            key={column.field.name}
            {...props}
            column={column}
            index={index}
            onMove={(to) => move(index, to)}
            onDrag={() => setDragged(index)}
            onDrop={() => {
              if (dragged !== null && dragged !== index) move(dragged, index);
              setDragged(null);
            }}
          />
        ))}
      </div>
    </div>
  );
}

interface HeaderCellProps extends Props {
  column: GridColumn;
  index: number;
  onMove: (to: number) => void;
  onDrag: () => void;
  onDrop: () => void;
}

function HeaderCell(props: HeaderCellProps) {
  const { column, index, stuck, sort, onSort, onDrag, onDrop, ...rest } = props;
  const { field } = column;
  const [over, setOver] = useState(false);
  const at = sort.findIndex((key) => key.name === field.name);
  const key = sort[at];

  /** Click turns the order round. With Shift the column is added to the other keys, then left out again. */
  function toggle(add: boolean) {
    if (!field.sortable) return;
    const others = add ? sort.filter(({ name }) => name !== field.name) : [];
    const isDone = key?.descending && others.length > 0;
    onSort(
      isDone
        ? others
        : [...others, { name: field.name, descending: key !== undefined && !key.descending }],
    );
  }

  const Arrow = key?.descending ? ArrowDown : ArrowUp;
  return (
    <div
      role="columnheader"
      aria-colindex={index + 2}
      aria-sort={key ? (key.descending ? "descending" : "ascending") : undefined}
      className={styles.th}
      style={leftOf(index)}
      data-sticky={index < stuck}
      data-align={typeOf(field).align}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={() => {
        setOver(false);
        onDrop();
      }}
    >
      <button
        type="button"
        className={styles.label}
        draggable
        aria-disabled={!field.sortable}
        title={field.help ? `${field.label}: ${field.help}` : field.label}
        onDragStart={onDrag}
        onClick={(event) => toggle(event.shiftKey)}
      >
        <span className="ellipsis">{field.label}</span>
        {key && <Arrow size={13} aria-hidden />}
        {key && sort.length > 1 && <small>{at + 1}</small>}
      </button>
      <ColumnMenu {...rest} column={column} index={index} sort={sort} onSort={onSort} />
      <ResizeHandle {...rest} column={column} />
    </div>
  );
}

type ColumnMenuProps = Pick<
  HeaderCellProps,
  "column" | "columns" | "index" | "sort" | "onSort" | "onMove" | "onColumns" | "onFilterBy"
>;

function ColumnMenu(props: ColumnMenuProps) {
  const { t } = useTranslation();
  const { column, columns, index, sort, onSort, onMove, onColumns, onFilterBy } = props;
  const { field } = column;
  const others = sort.filter(({ name }) => name !== field.name);
  const by = (descending: boolean) => onSort([{ name: field.name, descending }]);
  const hide = () => onColumns(columns.filter((one) => one !== column));
  const pin = (pinned: boolean) => onColumns(pinColumn(columns, index, pinned));
  const total = (measure: Measure | undefined) =>
    onColumns(columns.map((one) => (one === column ? { ...one, measure } : one)));
  const item = (key: string, label: string, onClick: () => void, shown = true) =>
    shown ? [{ key, label, onClick }] : [];
  const items: MenuProps["items"] = [
    ...item("asc", t("grid.sortAsc"), () => by(false), field.sortable),
    ...item("desc", t("grid.sortDesc"), () => by(true), field.sortable),
    ...item("none", t("grid.sortNone"), () => onSort(others), others.length < sort.length),
    ...item("filter", t("grid.filterBy"), () => onFilterBy(field.name), field.filterable),
    ...item("left", t("grid.moveLeft"), () => onMove(index - 1), index > 0),
    ...item("right", t("grid.moveRight"), () => onMove(index + 1), index < columns.length - 1),
    ...item("pin", t("grid.pin"), () => pin(true), !column.pinned && columns.length > 1),
    ...item("unpin", t("grid.unpin"), () => pin(false), column.pinned),
    ...item("hide", t("grid.hide"), hide, columns.length > 1),
    ...(isMeasurable(field)
      ? [
          {
            type: "group" as const,
            label: t("grid.footer"),
            children: measureItems(t, column.measure, total),
          },
        ]
      : []),
  ];
  return (
    <Dropdown
      autoFocus
      trigger={["click"]}
      menu={{ items, selectedKeys: column.measure ? [column.measure] : [] }}
    >
      <button
        type="button"
        className={styles.menu}
        aria-label={t("grid.columnMenu", { column: field.label })}
      >
        <ChevronDown size={14} aria-hidden />
      </button>
    </Dropdown>
  );
}

type ResizeHandleProps = Pick<HeaderCellProps, "table" | "column" | "onResized">;

function ResizeHandle({ table, column, onResized }: ResizeHandleProps) {
  const { t } = useTranslation();
  const { name, label } = column.field;
  const header = table.getFlatHeaders().find(({ id }) => id === name);
  const size = header?.getSize() ?? column.width;

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowLeft: -10, ArrowRight: 10 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    table.setColumnSizing((old) => ({ ...old, [name]: Math.max(60, size + step) }));
  }

  function begin(event: React.MouseEvent | React.TouchEvent) {
    header?.getResizeHandler()(event);
    const end = "touches" in event ? "touchend" : "mouseup";
    // After the table's own listener, so that the last width is the one kept.
    document.addEventListener(end, () => requestAnimationFrame(onResized), { once: true });
  }

  return (
    <div
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={t("grid.resize", { column: label })}
      aria-valuenow={size}
      aria-valuemin={60}
      aria-valuemax={900}
      className={styles.handle}
      onMouseDown={begin}
      onTouchStart={begin}
      onKeyDown={onKeyDown}
      onBlur={onResized}
    />
  );
}
