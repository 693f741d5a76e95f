import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Popover } from "antd";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecordRow } from "@/api/types";
import { useFormat } from "@/ui/format";
import styles from "./calendar.module.css";

interface Props {
  day: string;
  isToday: boolean;
  /** Of the month shown. */
  isInside: boolean;
  /** The one day Tab comes to. */
  isActive: boolean;
  records: RecordRow[];
  /** How many of them there is room for. */
  room: number;
  children: (record: RecordRow) => ReactNode;
}

/** A day of the grid: its number, what lies on it, and how much more there is. */
export function CalendarDay({ day, records, room, children, ...rest }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const cell = useRef<HTMLTableCellElement>(null);
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    if (!cell.current) return;
    return dropTargetForElements({
      element: cell.current,
      getData: () => ({ day }),
      onDragEnter: () => setIsOver(true),
      onDragLeave: () => setIsOver(false),
      onDrop: () => setIsOver(false),
    });
  }, [day]);

  // One more takes as much room as "1 more".
  const fits = records.length <= room + 1 ? records.length : room;
  const more = records.length - fits;
  return (
    <td ref={cell} data-day={day} data-over={isOver} data-inside={rest.isInside}>
      <button
        type="button"
        className={styles.number}
        aria-label={format.day(day)}
        aria-current={rest.isToday ? "date" : undefined}
        tabIndex={rest.isActive ? 0 : -1}
      >
        {Number(day.slice(8))}
      </button>
      {records.length > 0 && <ul>{records.slice(0, fits).map(children)}</ul>}
      {more > 0 && (
        <Popover
          trigger="click"
          placement="bottomLeft"
          arrow={false}
          title={format.day(day)}
          content={<ul className={styles.all}>{records.map(children)}</ul>}
          destroyOnHidden
        >
          <button type="button" className={styles.more}>
            {t("calendar.more", { count: more })}
          </button>
        </Popover>
      )}
    </td>
  );
}
