import { PanelRightOpen } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, RecordRow } from "@/api/types";
import { type Block, faultKey } from "@/objects/grid/block";
import { GridCell } from "@/objects/grid/GridCell";
import type { EditMode, GridActions, GridColumn } from "@/objects/grid/gridTypes";
import type { Faults } from "@/objects/grid/useBlock";
import type { GridCursor } from "@/objects/grid/useGridCursor";
import { Bone } from "@/ui/Skeletons";
import styles from "./grid.module.css";

export interface RowProps extends GridActions {
  record: RecordRow;
  index: number;
  start: number;
  object: ObjectMeta;
  columns: GridColumn[];
  /** How many columns stay in place while the rest scrolls sideways. */
  stuck: number;
  /** The row Tab comes to first, while no cell is active. */
  isFirst: boolean;
  activeColumn: number;
  mode: EditMode | null;
  /** The block of cells that is marked, if it reaches into this row. */
  block: Block | null;
  faults: Faults;
  selected: boolean;
  peeked: boolean;
  cursor: GridCursor;
  onSelectRow: (index: number, range: boolean) => void;
}

function Row(props: RowProps) {
  const { record, index, start, object, columns, selected, peeked, onSelectRow, onPeek } = props;
  const { block, faults } = props;
  const { t } = useTranslation();
  const name = String(record[object.title_field] ?? "");
  return (
    <div
      role="row"
      className={styles.row}
      style={{ transform: `translateY(${start}px)` }}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-peeked={peeked}
    >
      <div role="gridcell" className={styles.check} aria-colindex={1}>
        <input
          type="checkbox"
          data-idle
          aria-label={t("grid.selectRow", { name })}
          tabIndex={-1}
          checked={selected}
          onChange={(event) => onSelectRow(index, (event.nativeEvent as MouseEvent).shiftKey)}
        />
      </div>
      {columns.map((column, at) => (
        <GridCell
          key={column.field.name}
          {...props}
          field={column.field}
          column={at}
          sticky={at < props.stuck}
          marked={block !== null && block.left <= at && at <= block.right}
          fault={faults.get(faultKey(record, column.field))}
          active={props.activeColumn === at}
          mode={props.activeColumn === at ? props.mode : null}
          reachable={props.isFirst && at === 0}
        />
      ))}
      <div role="gridcell" className={styles.peek} aria-colindex={columns.length + 2}>
        <button
          type="button"
          tabIndex={-1}
          aria-label={t("grid.peek", { name })}
          title={t("grid.peek", { name })}
          onClick={() => onPeek(record)}
        >
          <PanelRightOpen size={15} aria-hidden />
        </button>
      </div>
    </div>
  );
}

/** Drawn again only when something in this row has changed; what it calls is stable. */
export const GridRow = memo(Row, (old, now) => {
  const idle = now.activeColumn === -1 && old.activeColumn === -1;
  return (
    idle &&
    old.record === now.record &&
    old.index === now.index &&
    old.start === now.start &&
    old.columns === now.columns &&
    old.stuck === now.stuck &&
    old.block?.left === now.block?.left &&
    old.block?.right === now.block?.right &&
    old.faults === now.faults &&
    old.isFirst === now.isFirst &&
    old.selected === now.selected &&
    old.peeked === now.peeked
  );
});

export function SkeletonRow({ start, columns }: { start: number; columns: GridColumn[] }) {
  return (
    <div className={styles.row} style={{ transform: `translateY(${start}px)` }} aria-hidden>
      <span />
      {columns.map(({ field }) => (
        <span key={field.name} className={styles.cell}>
          <Bone width="60%" />
        </span>
      ))}
    </div>
  );
}
