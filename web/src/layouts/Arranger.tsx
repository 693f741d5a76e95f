import {
  dropTargetForElements,
  monitorForElements,
} from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type FieldList, moveTo, type Place, placeOf, step } from "@/layouts/arranging";
import { DraggedField } from "@/layouts/DraggedField";
import type { LayoutField } from "@/layouts/layoutsApi";
import { useStable } from "@/ui/useStable";
import styles from "./layouts.module.css";

interface Props {
  fields: LayoutField[];
  lists: FieldList[];
  /** The list whose fields are not shown; it is the last. */
  away: string;
  /** Whether a field may not be taken away. */
  isFixed: (field: LayoutField) => boolean;
  headOf: (list: FieldList, at: number) => ReactNode;
  onChange: (lists: FieldList[]) => void;
}

/** Fields in lists: dragged from one to the other, or moved by keys. */
export function Arranger({ fields, lists, away, isFixed, headOf, onChange }: Props) {
  const { t } = useTranslation();
  const root = useRef<HTMLDivElement>(null);
  const [told, setTold] = useState("");
  const moved = useRef<{ name: string; button: number } | null>(null);
  const byName = new Map(fields.map((field) => [field.name, field]));
  const shown = lists.filter(({ key }) => key !== away);

  const drop = useStable((name: string, to: Place) => onChange(moveTo(lists, name, to)));

  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => "field" in source.data,
        onDrop: ({ source, location }) => {
          const to = location.current.dropTargets[0]?.data;
          if (to) drop(String(source.data.field), to as unknown as Place);
        },
      }),
    [drop],
  );

  // A field that goes into another list is drawn anew there: the focus of its button follows.
  useLayoutEffect(() => {
    const { name, button } = moved.current ?? { name: "", button: 0 };
    moved.current = null;
    if (!name) return;
    const row = root.current?.querySelector(`[data-field="${name}"]`);
    const buttons = [...(row?.querySelectorAll("button") ?? [])];
    const wanted = buttons[button]?.disabled ? buttons.find(({ disabled }) => !disabled) : null;
    (wanted ?? buttons[button])?.focus();
  });

  function change(name: string, next: FieldList[], button: number) {
    moved.current = { name, button };
    const place = placeOf(next, name);
    const label = byName.get(name)?.label ?? name;
    setTold(t("layouts.told", { name: label, n: (place?.at ?? 0) + 1 }));
    onChange(next);
  }

  function show(name: string, isShown: boolean) {
    const to = isShown ? lists.find(({ key }) => key === away) : shown.at(-1);
    if (to) change(name, moveTo(lists, name, { list: to.key, at: to.fields.length }), 2);
  }

  return (
    <div ref={root} className={styles.lists}>
      {lists.map((list, index) => (
        <DropList key={list.key} list={list} head={headOf(list, index)}>
          {list.fields.map((name, at) => {
            const field = byName.get(name);
            return (
              field && (
                <DraggedField
                  key={name}
                  field={field}
                  list={list.key}
                  at={at}
                  isShown={list.key !== away}
                  isFixed={list.key !== away && isFixed(field)}
                  isFirst={index === 0 && at === 0}
                  isLast={
                    at === list.fields.length - 1 &&
                    (index === lists.length - 1 || (index === shown.length - 1 && isFixed(field)))
                  }
                  onStep={(by) => change(name, step(lists, name, by), by < 0 ? 0 : 1)}
                  onShow={() => show(name, list.key !== away)}
                />
              )
            );
          })}
        </DropList>
      ))}
      <p role="status" className="sr-only">
        {told}
      </p>
    </div>
  );
}

/** What is dropped beside the fields of a list goes to its end. */
function DropList({
  list,
  head,
  children,
}: {
  list: FieldList;
  head: ReactNode;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const element = useRef<HTMLElement>(null);
  const [isOver, setIsOver] = useState(false);
  const { key, fields } = list;
  useEffect(() => {
    if (!element.current) return;
    return dropTargetForElements({
      element: element.current,
      getData: () => ({ list: key, at: fields.length }),
      onDragEnter: () => setIsOver(true),
      onDragLeave: () => setIsOver(false),
      onDrop: () => setIsOver(false),
    });
  }, [key, fields.length]);
  return (
    <section ref={element} className={styles.list} data-list={key} data-over={isOver}>
      {head}
      <ul>{children}</ul>
      {fields.length === 0 && <p className={styles.empty}>{t("layouts.empty")}</p>}
    </section>
  );
}
