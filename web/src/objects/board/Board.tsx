import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { monitorForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { autoScrollForElements } from "@atlaskit/pragmatic-drag-and-drop-auto-scroll/element";
import { App } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Column, RecordRow } from "@/api/types";
import { BoardCard } from "@/objects/board/BoardCard";
import { BoardColumn } from "@/objects/board/BoardColumn";
import { blockedBy, canReceive, placeOf } from "@/objects/board/columns";
import { useBoard } from "@/objects/board/useBoard";
import { useBoardKeys } from "@/objects/board/useBoardKeys";
import { useGlide } from "@/objects/board/useGlide";
import { useMoves } from "@/objects/board/useMoves";
import { BulkBar } from "@/objects/list/BulkBar";
import type { ListViewProps } from "@/objects/list/ListPage";
import { NewRecord } from "@/objects/record/NewRecord";
import { PeekDrawer } from "@/objects/record/PeekDrawer";
import { titleOf } from "@/objects/record/recordPath";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import { useStable } from "@/ui/useStable";
import styles from "./board.module.css";

const nothing: ReadonlySet<string> = new Set();
const linesOfCard = 4;

/** The list in columns by the values of one field; a card dropped into another column gets its value. */
export function Board({ object, question, state, by: { field }, search, onSearch }: ListViewProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const format = useFormat();
  const root = useRef<HTMLElement>(null);
  const [dragged, setDragged] = useState<ReadonlySet<string>>(nothing);
  const [selected, setSelected] = useState<ReadonlySet<string>>(nothing);
  const [adding, setAdding] = useState<Column | null>(null);
  const [told, setTold] = useState("");

  const { sum } = state;
  const asked = useMemo(() => {
    const end = object.finished ? [object.finished.field] : [];
    const fields = [...(question.fields ?? []), field.name, ...end];
    return { ...question, fields: [...new Set(fields)] };
  }, [object, question, field]);
  const { query, columns, loadMore, addUp, isBehind } = useBoard(
    object,
    asked,
    field,
    sum,
    dragged.size > 0,
  );
  const move = useMoves(object, field);
  useGlide(root, columns);

  const shown = useMemo(
    () =>
      state.columns
        .map((column) => column.field)
        .filter(({ name }) => name !== object.title_field && name !== field.name)
        .slice(0, linesOfCard),
    [state.columns, object.title_field, field.name],
  );
  const nameOf = ({ key, label }: Column) =>
    (key !== null && (field.choices?.find(({ value }) => value === key)?.label ?? label)) ||
    t("group.noValue");

  /** The card, and with one of the selection all of it. */
  const taken = (id: string) => (selected.has(id) ? selected : new Set([id]));
  const recordsOf = (ids: ReadonlySet<string>) =>
    columns.flatMap(({ items }) => items).filter(({ id }) => ids.has(id));

  const tellBlocked = useStable((record: RecordRow) => {
    const why = blockedBy(object, field, record);
    if (why) message.info({ key: "blocked", content: t(`board.${why}`, { field: field.label }) });
  });

  const moveTo = useStable(async (id: string, to: Column) => {
    const records = recordsOf(taken(id)).filter(
      (record) => placeOf([to], record.id) === null && !blockedBy(object, field, record),
    );
    const [first] = records;
    if (!first) return;
    const what = records.length > 1 ? format.number(records.length) : titleOf(object, first);
    setTold(t("board.told", { what, column: nameOf(to) }));
    setSelected(nothing);
    if (await move(records, to)) await addUp();
    else setTold(t("board.toldBack", { what }));
  });

  const keys = useBoardKeys({
    root,
    columns,
    canReceive: ({ key }) => canReceive(object, field, key),
    onPeek: (peek) => onSearch({ peek }),
    onSelect: toggle,
    onMove: (record, to) => {
      if (blockedBy(object, field, record)) tellBlocked(record);
      else void moveTo(record.id, to);
    },
  });

  function toggle(id: string) {
    setSelected((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }
  const select = useStable(toggle);
  const peek = useStable((id: string) => onSearch({ peek: id }));

  const drag = useStable((id: string) => setDragged(taken(id)));
  const drop = useStable(async (id: string, key: unknown) => {
    const missed = isBehind();
    setDragged(nothing);
    const to = columns.find((column) => column.key === key);
    if (key !== undefined && to) await moveTo(id, to);
    if (missed) await query.refetch();
  });
  const isReady = query.data !== undefined;
  useEffect(() => {
    if (!root.current || !isReady) return;
    return combine(
      autoScrollForElements({ element: root.current }),
      monitorForElements({
        canMonitor: ({ source }) => "card" in source.data,
        onDragStart: ({ source }) => drag(String(source.data.card)),
        onDrop: ({ source, location }) =>
          void drop(String(source.data.card), location.current.dropTargets[0]?.data.column),
      }),
    );
  }, [isReady, drag, drop]);

  if (query.isPending) return <LinesSkeleton lines={12} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;

  const canAdd = object.can.includes("create") && !field.read_only;
  const isFixed = columns.every(({ key }) => !canReceive(object, field, key));
  return (
    <>
      {isFixed && <p className={styles.note}>{t("board.readOnly", { field: field.label })}</p>}
      {query.data.at_least && (
        <p className={styles.note}>{t("board.largest", { count: columns.length })}</p>
      )}
      <section
        ref={root}
        className={styles.board}
        aria-label={t("board.label", { what: object.label_plural, field: field.label })}
        aria-describedby={isFixed ? undefined : "board-keys"}
        aria-busy={query.isPlaceholderData}
        {...keys.events}
      >
        {columns.map((column) => (
          <BoardColumn
            key={column.key}
            column={column}
            name={nameOf(column)}
            color={field.choices?.find(({ value }) => value === column.key)?.color ?? undefined}
            sum={sum}
            accepts={dragged.size > 0 ? canReceive(object, field, column.key) : null}
            onAdd={canAdd ? () => setAdding(column) : null}
            onEndReached={() => void loadMore(column)}
          >
            {column.items.map((record) => (
              <BoardCard
                key={record.id}
                object={object}
                record={record}
                fields={shown}
                isMovable={blockedBy(object, field, record) === null}
                selected={selected.has(record.id)}
                peeked={search.peek === record.id}
                isActive={record.id === keys.active}
                isDragged={dragged.has(record.id)}
                onBlocked={tellBlocked}
                onPeek={peek}
                onSelect={select}
              />
            ))}
          </BoardColumn>
        ))}
      </section>
      <p id="board-keys" className="sr-only">
        {t("board.keys")}
      </p>
      <p role="status" className="sr-only">
        {told}
      </p>
      <BulkBar
        object={object}
        selected={selected}
        isAll={false}
        question={asked}
        onClear={() => setSelected(nothing)}
      />
      <PeekDrawer
        object={object}
        id={search.peek}
        ids={columns.flatMap(({ items }) => items.map(({ id }) => id))}
        onMove={(id) => onSearch({ peek: id })}
      />
      <NewRecord
        object={object}
        open={adding !== null}
        given={adding?.key ? { [field.name]: adding.key } : undefined}
        onClose={() => setAdding(null)}
        onCreated={() => setAdding(null)}
      />
    </>
  );
}
