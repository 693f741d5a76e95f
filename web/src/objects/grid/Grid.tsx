/** The list as a sheet: virtual rows, a cursor moved by keys, cells edited in place. */
import {
  columnResizingFeature,
  columnSizingFeature,
  rowSelectionFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ClipboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ListQuestion } from "@/api/records";
import type { ObjectMeta, RecordRow } from "@/api/types";
import { type Block, blockOf } from "@/objects/grid/block";
import { GridFooter } from "@/objects/grid/GridFooter";
import { GridHeader } from "@/objects/grid/GridHeader";
import { GridRow, SkeletonRow } from "@/objects/grid/GridRow";
import type { Cell, GridActions, GridColumn, SortKey } from "@/objects/grid/gridTypes";
import { useBlock } from "@/objects/grid/useBlock";
import { useGridCursor } from "@/objects/grid/useGridCursor";
import { useRowHeight } from "@/ui/useRowHeight";
import { useStable } from "@/ui/useStable";
import styles from "./grid.module.css";

interface Props extends GridActions {
  object: ObjectMeta;
  question: ListQuestion;
  rows: RecordRow[];
  columns: GridColumn[];
  sort: SortKey[];
  selected: ReadonlySet<string>;
  hasMore: boolean;
  onSort: (keys: SortKey[]) => void;
  onColumns: (columns: GridColumn[]) => void;
  onFilterBy: (name: string) => void;
  onSelect: (ids: Set<string>) => void;
  onEndReached: () => void;
  peeked?: string;
}

const features = tableFeatures({ columnSizingFeature, columnResizingFeature, rowSelectionFeature });
export type GridFeatures = typeof features;

const checkWidth = 40;

const inRows = ({ top, bottom }: Block, row: number) => top <= row && row <= bottom;

const rowId = (row: RecordRow) => row.id;

export function Grid(props: Props) {
  const { object, rows, columns, selected, hasMore, onEndReached, onSelect, onColumns } = props;
  const { t } = useTranslation();
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = useRowHeight();

  const widths = useMemo(
    () => Object.fromEntries(columns.map(({ field, width }) => [field.name, width])),
    [columns],
  );
  const [sizing, setSizing] = useState(widths);
  useEffect(() => setSizing(widths), [widths]);

  const rowSelection = useMemo(
    () => Object.fromEntries([...selected].map((id) => [id, true as const])),
    [selected],
  );
  const table = useTable({
    features,
    data: rows,
    columns: useMemo(
      () =>
        columns.map(({ field }) => ({
          id: field.name,
          accessorFn: (row: RecordRow) => row[field.name],
          minSize: 60,
          maxSize: 900,
        })),
      [columns],
    ),
    getRowId: rowId,
    columnResizeMode: "onChange",
    state: {
      columnSizing: sizing,
      rowSelection,
    },
    onColumnSizingChange: setSizing,
    onRowSelectionChange: (update) => {
      const next = typeof update === "function" ? update(rowSelection) : update;
      onSelect(new Set(Object.keys(next)));
    },
  });

  const hasFooter = columns.some(({ measure }) => measure);
  const virtual = useVirtualizer({
    count: rows.length + (hasMore ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    // The sticky header covers the top of the scroller.
    scrollPaddingStart: rowHeight,
    scrollPaddingEnd: hasFooter ? rowHeight : 0,
    paddingEnd: 8,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured again when the density changes
  useEffect(() => virtual.measure(), [rowHeight, virtual]);

  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && lastShown >= rows.length - 20) onEndReached();
  }, [hasMore, lastShown, rows.length, onEndReached]);

  function toggle(record: RecordRow) {
    const next = new Set(selected);
    if (!next.delete(record.id)) next.add(record.id);
    onSelect(next);
  }
  const widthOf = ({ field }: GridColumn) => sizing[field.name] ?? 150;
  const lefts = columns.map((_, at) =>
    columns.slice(0, at).reduce((sum, column) => sum + widthOf(column), checkWidth),
  );
  const room = virtual.scrollRect?.width || Number.POSITIVE_INFINITY;
  // Pinned columns that leave too little room scroll away like the others.
  const ends = columns.map((column, at) => (lefts[at] ?? 0) + widthOf(column));
  const free = columns.findIndex(({ pinned }, at) => !pinned || (ends[at] ?? 0) > room * 0.7);
  const stuck = free < 0 ? columns.length : free;
  const reveal = useStable(({ row, column }: Cell) => {
    virtual.scrollToIndex(row, { align: "auto" });
    revealColumn(scroller.current, column, column < stuck ? null : (lefts[stuck] ?? checkWidth));
  });
  const cells = useBlock(object, rows, columns);
  const cursor = useGridCursor({
    ...props,
    onEmpty: cells.empty,
    pageRows: Math.max(1, Math.floor((virtual.scrollRect?.height ?? 400) / rowHeight) - 2),
    onToggle: toggle,
    onReveal: reveal,
  });

  const { peeked } = props;
  const seenLast = useRef(peeked);
  /** The row goes along with the panel at the side, and has the focus again when that is closed. */
  const followPeek = useStable((id: string | undefined) => {
    const row = rows.findIndex((record) => record.id === (id ?? seenLast.current));
    const wasOpen = seenLast.current !== undefined;
    seenLast.current = id;
    if (row < 0) return;
    if (id) virtual.scrollToIndex(row, { align: "auto" });
    else if (wasOpen) {
      cursor.activate({ row, column: cursor.active?.column ?? 0 });
      requestAnimationFrame(() => {
        const cell = scroller.current?.querySelector<HTMLElement>('[data-active="true"]');
        (cell?.querySelector("input") ?? cell)?.focus({ preventScroll: true });
      });
    }
  });
  useEffect(() => followPeek(peeked), [followPeek, peeked]);

  const lastToggled = useRef(0);
  const onSelectRow = useStable((index: number, range: boolean) => {
    const record = rows[index];
    if (!record) return;
    if (range) {
      const [from, to] = [lastToggled.current, index].sort((a, b) => a - b);
      const ids = rows.slice(from, (to ?? index) + 1).map(rowId);
      onSelect(new Set([...selected, ...ids]));
    } else toggle(record);
    lastToggled.current = index;
  });
  const onCommit = useStable(props.onCommit);
  const onOpen = useStable(props.onOpen);
  const onPeek = useStable(props.onPeek);

  const { active, corner, mode } = cursor;
  const shown = active && blockOf(active, corner ?? active);
  // In a cell being edited the clipboard is the box's own.
  const block = mode ? null : shown;

  function onPaste(event: ClipboardEvent) {
    if (!block) return;
    event.preventDefault();
    void cells.paste(event.clipboardData.getData("text/plain"), block);
  }

  const resized = () =>
    onColumns(
      columns.map((column) => ({
        ...column,
        width: Math.round(table.getColumn(column.field.name)?.getSize() ?? 150),
      })),
    );
  const template = columns.map((column) => `${widthOf(column)}px`).join(" ");
  const style = {
    "--columns": `${checkWidth}px ${template} minmax(32px, 1fr)`,
    ...Object.fromEntries(lefts.map((left, at) => [`--left-${at}`, `${left}px`])),
    "--row": `${rowHeight}px`,
  } as React.CSSProperties;

  return (
    <div
      ref={scroller}
      className={styles.grid}
      style={style}
      role="grid"
      aria-label={object.label_plural}
      aria-description={t("grid.keys")}
      aria-rowcount={hasMore ? -1 : rows.length + 1}
      aria-colcount={columns.length + 2}
      aria-multiselectable
      onKeyDown={(event) => {
        if (event.key === "Escape") cells.clearFaults();
        cursor.onKeyDown(event);
      }}
      onCopy={(event) => block && cells.copy(event, block)}
      onPaste={onPaste}
      onPointerDownCapture={() => cursor.press(null)}
      onPointerUp={() => cursor.press(null)}
      onPointerLeave={() => cursor.press(null)}
    >
      <GridHeader
        table={table}
        columns={columns}
        stuck={stuck}
        sort={props.sort}
        onSort={props.onSort}
        onColumns={onColumns}
        onResized={resized}
        onFilterBy={props.onFilterBy}
      />
      <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const record = rows[item.index];
          if (!record) return <SkeletonRow key="more" start={item.start} columns={columns} />;
          const isActive = cursor.active?.row === item.index;
          return (
            <GridRow
              key={record.id}
              record={record}
              index={item.index}
              start={item.start}
              object={object}
              columns={columns}
              stuck={stuck}
              isFirst={item.index === 0 && !cursor.active}
              activeColumn={isActive ? (cursor.active?.column ?? -1) : -1}
              mode={isActive ? cursor.mode : null}
              block={corner && shown && inRows(shown, item.index) ? shown : null}
              faults={cells.faults}
              selected={selected.has(record.id)}
              peeked={peeked === record.id}
              cursor={cursor}
              onSelectRow={onSelectRow}
              onCommit={onCommit}
              onOpen={onOpen}
              onPeek={onPeek}
            />
          );
        })}
      </div>
      {hasFooter && (
        <GridFooter
          object={object}
          question={props.question}
          columns={columns}
          stuck={stuck}
          onColumns={onColumns}
        />
      )}
    </div>
  );
}

/** Scrolls sideways so that a column is not under the pinned ones, which end there. */
function revealColumn(scroller: HTMLElement | null, column: number, pinnedEnd: number | null) {
  const header = scroller?.querySelectorAll<HTMLElement>('[role="columnheader"]')[column + 1];
  if (!scroller || !header || pinnedEnd === null) return;
  const { offsetLeft: left, offsetWidth: width } = header;
  if (left < scroller.scrollLeft + pinnedEnd) scroller.scrollLeft = left - pinnedEnd;
  else if (left + width > scroller.scrollLeft + scroller.clientWidth) {
    scroller.scrollLeft = left + width - scroller.clientWidth;
  }
}
