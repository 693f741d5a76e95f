import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { App } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { rangeQuery } from "@/api/records";
import { useSession } from "@/api/session";
import type { RecordRow } from "@/api/types";
import { Agenda } from "@/objects/calendar/Agenda";
import { CalendarBar } from "@/objects/calendar/CalendarBar";
import { CalendarEvent } from "@/objects/calendar/CalendarEvent";
import { CalendarGrid } from "@/objects/calendar/CalendarGrid";
import { byDay, daysShown, turn, within } from "@/objects/calendar/calendarDays";
import { useSaveFields } from "@/objects/edit/useSaveFields";
import { fromParts, topParts } from "@/objects/filter/filterTree";
import type { ListViewProps } from "@/objects/list/ListPage";
import { PeekDrawer } from "@/objects/record/PeekDrawer";
import { dayIn } from "@/ui/days";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { useIsNarrow } from "@/ui/useMedia";
import { useStable } from "@/ui/useStable";
import { onDay } from "@/ui/zone";
import styles from "./calendar.module.css";

/** The list on the days of a date of its records; an event moved to another day keeps its time. */
export function Calendar({ object, question, state, by, search, onSearch }: ListViewProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { timeZone } = useFormat();
  const weekStart = useSession().workspace?.week_start ?? 1;
  const isNarrow = useIsNarrow();
  const save = useSaveFields(object);

  const { field } = by;
  const { span } = state;
  const today = dayIn(new Date(), timeZone);
  const day = search.day ?? today;
  const days = useMemo(() => daysShown(day, span, weekStart), [day, span, weekStart]);
  const asked = useMemo(() => {
    const filter = fromParts([...topParts(question.filter), ...within(field, days)]);
    const fields = [...new Set([...(question.fields ?? []), field.name])];
    return { ...question, fields, filter, sort: field.name };
  }, [question, field, days]);
  const query = useQuery({
    ...rangeQuery(object.path, asked),
    placeholderData: keepPreviousData,
  });
  const records = query.data?.items ?? [];
  const lying = useMemo(
    () => byDay(query.data?.items ?? [], field, timeZone),
    [query.data, field, timeZone],
  );

  const isMovable = (record: RecordRow) => !field.read_only && record.can.includes("change");
  const tellBlocked = useStable((record: RecordRow) => {
    const why = field.read_only ? "readOnly" : "notYours";
    if (!isMovable(record)) {
      message.info({ key: "blocked", content: t(`board.${why}`, { field: field.label }) });
    }
  });

  function moveTo(record: RecordRow, to: string) {
    if (!isMovable(record)) return tellBlocked(record);
    const before = String(record[field.name]);
    const value = field.type === "date" ? to : onDay(before, to, timeZone);
    if (value !== before) void save(record, { [field.name]: value });
  }

  const event = (record: RecordRow) => (
    <CalendarEvent
      key={record.id}
      object={object}
      field={field}
      record={record}
      isMovable={isMovable(record)}
      peeked={search.peek === record.id}
      onBlocked={tellBlocked}
    />
  );

  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const shared = { days, day, today, lying, event };
  return (
    <div className={styles.calendar} aria-busy={query.isPlaceholderData}>
      <CalendarBar
        day={day}
        days={days}
        span={span}
        onTurn={(by) => onSearch({ day: turn(day, span, by) })}
        onToday={() => onSearch({ day: undefined })}
      />
      {field.read_only && (
        <p className={styles.note}>{t("board.readOnly", { field: field.label })}</p>
      )}
      {query.data?.next && (
        <p className={styles.note} role="status">
          {t("calendar.capped", { count: records.length })}
        </p>
      )}
      {isNarrow ? (
        <Agenda {...shared} month={span === "month" ? day.slice(0, 7) : ""} />
      ) : (
        <CalendarGrid
          {...shared}
          span={span}
          weekStart={weekStart}
          records={records}
          onDay={(next) => onSearch({ day: next })}
          onMove={moveTo}
          onPeek={(peek) => onSearch({ peek })}
        />
      )}
      <PeekDrawer
        object={object}
        id={search.peek}
        ids={records.map(({ id }) => id)}
        onMove={(peek) => onSearch({ peek })}
      />
    </div>
  );
}
