import { draggable } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { FieldMeta, ObjectMeta, RecordRow } from "@/api/types";
import { recordPath, titleOf } from "@/objects/record/recordPath";
import { useFormat } from "@/ui/format";
import styles from "./calendar.module.css";

interface Props {
  object: ObjectMeta;
  field: FieldMeta;
  record: RecordRow;
  isMovable: boolean;
  peeked: boolean;
  onBlocked: (record: RecordRow) => void;
}

/** One record on its day: a link with its time, if it has one. */
export function CalendarEvent({ object, field, record, isMovable, peeked, onBlocked }: Props) {
  const format = useFormat();
  const element = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!element.current) return;
    return draggable({
      element: element.current,
      canDrag: () => {
        if (!isMovable) onBlocked(record);
        return isMovable;
      },
      getInitialData: () => ({ event: record.id }),
    });
  }, [record, isMovable, onBlocked]);
  const title = titleOf(object, record);
  return (
    <li ref={element} data-event={record.id} data-movable={isMovable} data-peeked={peeked}>
      <Link to={recordPath(object.path, record.id)} draggable={false} title={title}>
        {field.type === "datetime" && (
          <span className={styles.time}>{format.time(String(record[field.name]))}</span>
        )}
        <span className="ellipsis">{title}</span>
      </Link>
    </li>
  );
}
