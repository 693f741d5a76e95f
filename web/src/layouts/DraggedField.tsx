import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import {
  draggable,
  dropTargetForElements,
} from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Button } from "antd";
import { ArrowDown, ArrowUp, Eye, EyeOff, GripVertical } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LayoutField } from "@/layouts/layoutsApi";
import { Chip } from "@/ui/Chip";
import styles from "./layouts.module.css";

interface Props {
  field: LayoutField;
  list: string;
  at: number;
  /** Whether it is shown, and by the button no longer would be. */
  isShown: boolean;
  /** It may change its place, but not leave. */
  isFixed: boolean;
  isFirst: boolean;
  isLast: boolean;
  onStep: (by: 1 | -1) => void;
  onShow: () => void;
}

/** One field in its place: dragged by mouse or finger, stepped by its buttons. */
export function DraggedField({ field, list, at, isShown, isFixed, ...rest }: Props) {
  const { t } = useTranslation();
  const row = useRef<HTMLLIElement>(null);
  const [isOver, setIsOver] = useState(false);
  const [isDragged, setIsDragged] = useState(false);
  const { name, label } = field;

  useEffect(() => {
    if (!row.current) return;
    return combine(
      draggable({
        element: row.current,
        getInitialData: () => ({ field: name }),
        onDragStart: () => setIsDragged(true),
        onDrop: () => setIsDragged(false),
      }),
      dropTargetForElements({
        element: row.current,
        getData: () => ({ list, at }),
        canDrop: ({ source }) => source.data.field !== name,
        onDragEnter: () => setIsOver(true),
        onDragLeave: () => setIsOver(false),
        onDrop: () => setIsOver(false),
      }),
    );
  }, [name, list, at]);

  const Shown = isShown ? EyeOff : Eye;
  return (
    <li
      ref={row}
      className={styles.field}
      data-field={name}
      data-over={isOver}
      data-dragged={isDragged}
    >
      <GripVertical size={15} className={styles.grip} aria-hidden />
      <span className={styles.name}>
        <span className="ellipsis" title={label}>
          {label}
        </span>
        {field.required && <Chip color="volcano">{t("layouts.required")}</Chip>}
        {field.mask && <Chip>{t(`layouts.mask.${field.mask}`)}</Chip>}
      </span>
      <Button
        type="text"
        size="small"
        icon={<ArrowUp size={15} />}
        aria-label={t("layouts.up", { name: label })}
        disabled={rest.isFirst}
        onClick={() => rest.onStep(-1)}
      />
      <Button
        type="text"
        size="small"
        icon={<ArrowDown size={15} />}
        aria-label={t("layouts.down", { name: label })}
        disabled={rest.isLast}
        onClick={() => rest.onStep(1)}
      />
      <Button
        type="text"
        size="small"
        icon={<Shown size={15} />}
        aria-label={t(isShown ? "layouts.hide" : "layouts.show", { name: label })}
        disabled={isFixed}
        onClick={rest.onShow}
      />
    </li>
  );
}
