import { draggable } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Link } from "@tanstack/react-router";
import { memo, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { FieldMeta, ObjectMeta, RecordRow } from "@/api/types";
import { isBlank } from "@/objects/fields/fieldType";
import { shownAs } from "@/objects/fields/fieldTypes";
import { recordPath, titleOf } from "@/objects/record/recordPath";
import { daysSince } from "@/ui/days";
import { useFormat } from "@/ui/format";
import styles from "./board.module.css";

interface Props {
  object: ObjectMeta;
  record: RecordRow;
  /** What is shown below the title. */
  fields: FieldMeta[];
  isMovable: boolean;
  selected: boolean;
  peeked: boolean;
  /** The one card Tab comes to. */
  isActive: boolean;
  /** It, or the selection it is one of, is being dragged. */
  isDragged: boolean;
  onBlocked: (record: RecordRow) => void;
  onPeek: (id: string) => void;
  onSelect: (id: string) => void;
}

/** After as many days a card says how long nothing was changed on it, and after more it stands out. */
const quiet = 7;
const stale = 30;

/** One record on the board. Its title is a link that has the focus; the keys are the board's. */
export const BoardCard = memo(function BoardCard(props: Props) {
  const { object, record, fields, isMovable, onBlocked } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const element = useRef<HTMLLIElement>(null);
  const { id } = record;
  const name = titleOf(object, record);
  const { finished } = object;
  const isFinished = finished?.values.includes(String(record[finished.field])) ?? false;
  const age = isFinished ? 0 : daysSince(String(record.updated_at));

  useEffect(() => {
    if (!element.current) return;
    return draggable({
      element: element.current,
      canDrag: () => {
        if (!isMovable) onBlocked(record);
        return isMovable;
      },
      getInitialData: () => ({ card: record.id }),
    });
  }, [record, isMovable, onBlocked]);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of a card are those of its link, which the board answers
    <li
      ref={element}
      className={styles.card}
      data-card={id}
      data-movable={isMovable}
      data-dragged={props.isDragged}
      data-selected={props.selected}
      data-peeked={props.peeked}
      data-stale={age >= stale}
      onClick={({ target }) => {
        if (!(target as Element).closest("a, input")) props.onPeek(id);
      }}
    >
      <input
        type="checkbox"
        data-idle
        aria-label={t("grid.selectRow", { name })}
        tabIndex={-1}
        checked={props.selected}
        onChange={() => props.onSelect(id)}
      />
      <Link
        to={recordPath(object.path, id)}
        className={styles.title}
        draggable={false}
        tabIndex={props.isActive ? 0 : -1}
      >
        {name}
      </Link>
      <dl>
        {fields.map((field) => {
          const value = record[field.name];
          const { Display, toText } = shownAs(field);
          return isBlank(value) ? null : (
            <div key={field.name} title={field.label}>
              <dt className="sr-only">{field.label}</dt>
              <dd className="ellipsis">
                {field.type === "link" ? (
                  toText(value, field, format, record)
                ) : (
                  <Display field={field} value={value} record={record} plain />
                )}
              </dd>
            </div>
          );
        })}
      </dl>
      {age >= quiet && (
        <small className={styles.age} title={t("board.ageText", { count: age })}>
          {t("board.age", { count: age })}
        </small>
      )}
    </li>
  );
});
