import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { autoScrollForElements } from "@atlaskit/pragmatic-drag-and-drop-auto-scroll/element";
import { Button } from "antd";
import { Plus } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Column, FieldMeta } from "@/api/types";
import { leftOut, totalText } from "@/objects/grid/totals";
import { Chip } from "@/ui/Chip";
import { useFormat } from "@/ui/format";
import styles from "./board.module.css";

interface Props {
  column: Column;
  name: string;
  color: string | undefined;
  sum: FieldMeta | null;
  /** Whether what is being dragged may be dropped here; null while nothing is. */
  accepts: boolean | null;
  onAdd: (() => void) | null;
  onEndReached: () => void;
  children: ReactNode;
}

/** The cards of one value, under what they add up to. */
export function BoardColumn({ column, name, color, sum, accepts, onEndReached, ...rest }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const section = useRef<HTMLElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [isOver, setIsOver] = useState(false);
  const { key } = column;

  useEffect(() => {
    if (!section.current || !list.current) return;
    return combine(
      dropTargetForElements({
        element: section.current,
        getData: () => ({ column: key }),
        canDrop: () => accepts === true,
        onDragEnter: () => setIsOver(true),
        onDragLeave: () => setIsOver(false),
        onDrop: () => setIsOver(false),
      }),
      autoScrollForElements({ element: list.current }),
    );
  }, [key, accepts]);

  const missing = sum ? leftOut(column, sum) : 0;
  return (
    <section
      ref={section}
      className={styles.column}
      aria-labelledby={id}
      data-over={isOver}
      data-closed={accepts === false}
    >
      <header>
        <h2 id={id}>
          {color ? <Chip color={color}>{name}</Chip> : <span className="ellipsis">{name}</span>}
          <span className={styles.count}>{format.number(column.count)}</span>
        </h2>
        {rest.onAdd && (
          <Button
            type="text"
            size="small"
            icon={<Plus size={15} />}
            aria-label={t("board.add", { column: name })}
            title={t("board.add", { column: name })}
            onClick={rest.onAdd}
          />
        )}
        {sum && (
          <p
            className="tabular"
            title={missing ? t("grid.unrated", { count: missing }) : sum.label}
          >
            {totalText(column, sum, "sum", format)}
            {missing > 0 && <small> {t("grid.unratedShort", { count: missing })}</small>}
          </p>
        )}
      </header>
      <ul ref={list} className={styles.cards} aria-labelledby={id}>
        {rest.children}
        {column.next && <EndMark key={column.next} onSeen={onEndReached} />}
      </ul>
    </section>
  );
}

/** The end of what is loaded of a column: what follows is asked for when it comes into sight. */
function EndMark({ onSeen }: { onSeen: () => void }) {
  const mark = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (!mark.current) return;
    const observer = new IntersectionObserver(
      (seen) => seen.some(({ isIntersecting }) => isIntersecting) && onSeen(),
      { rootMargin: "400px" },
    );
    observer.observe(mark.current);
    return () => observer.disconnect();
  }, [onSeen]);
  return <li ref={mark} className={styles.end} aria-hidden />;
}
