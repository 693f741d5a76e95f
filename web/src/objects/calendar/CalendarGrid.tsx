import { monitorForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { RecordRow, Span } from "@/api/types";
import { CalendarDay } from "@/objects/calendar/CalendarDay";
import { dayAfterKey, weeksOf } from "@/objects/calendar/calendarDays";
import { useFormat } from "@/ui/format";
import { isComposing } from "@/ui/keys";
import { useStable } from "@/ui/useStable";
import styles from "./calendar.module.css";

export interface DaysProps {
  days: string[];
  day: string;
  today: string;
  lying: Map<string, RecordRow[]>;
  event: (record: RecordRow) => ReactNode;
}

interface Props extends DaysProps {
  span: Span;
  weekStart: number;
  records: RecordRow[];
  onDay: (day: string) => void;
  onMove: (record: RecordRow, day: string) => void;
  onPeek: (id: string) => void;
}

const room = { month: 3, week: 25 };

/**
 * Weeks as rows. Arrows go from day to day, Enter into a day, Esc back to it; with Ctrl/Cmd-Shift arrows take an event
 * along, and Space shows it at the side.
 */
export function CalendarGrid({ days, day, today, lying, event, span, weekStart, ...rest }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const root = useRef<HTMLTableElement>(null);
  const focusAfter = useRef<string>(undefined);

  // What has the focus may be drawn anew on another day, or come with another month.
  useLayoutEffect(() => {
    if (!focusAfter.current) return;
    root.current?.querySelector<HTMLElement>(focusAfter.current)?.focus();
    focusAfter.current = undefined;
  });

  const drop = useStable((id: unknown, to: unknown) => {
    const record = rest.records.find((one) => one.id === id);
    if (record && typeof to === "string") rest.onMove(record, to);
  });
  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => "event" in source.data,
        onDrop: ({ source, location }) =>
          drop(source.data.event, location.current.dropTargets[0]?.data.day),
      }),
    [drop],
  );

  function onKeyDown(pressed: KeyboardEvent) {
    const target = pressed.target as HTMLElement;
    const here = target.closest<HTMLElement>("[data-day]")?.dataset.day;
    const id = target.closest<HTMLElement>("[data-event]")?.dataset.event;
    if (!here || isComposing(pressed) || pressed.altKey) return;
    if (id) onEventKey(pressed, here, id);
    else if (target.matches(`.${styles.number}`)) onDayKey(pressed, here);
  }

  function onDayKey(pressed: KeyboardEvent, here: string) {
    if (pressed.ctrlKey || pressed.metaKey) return;
    const to = dayAfterKey(here, pressed.key, span, weekStart);
    if (to) {
      pressed.preventDefault();
      focusAfter.current = `[data-day="${to}"] .${styles.number}`;
      rest.onDay(to);
    } else if (pressed.key === "Enter") {
      pressed.preventDefault();
      root.current?.querySelector<HTMLElement>(`[data-day="${here}"] [data-event] a`)?.focus();
    }
  }

  function onEventKey(pressed: KeyboardEvent, here: string, id: string) {
    const takesAlong = (pressed.ctrlKey || pressed.metaKey) && pressed.shiftKey;
    const record = rest.records.find((one) => one.id === id);
    const to = dayAfterKey(here, pressed.key, span, weekStart);
    if (takesAlong && record && to) {
      pressed.preventDefault();
      focusAfter.current = `[data-event="${id}"] a`;
      if (!days.includes(to)) rest.onDay(to);
      rest.onMove(record, to);
    } else if (pressed.key === "Escape") {
      root.current?.querySelector<HTMLElement>(`[data-day="${here}"] .${styles.number}`)?.focus();
    } else if (pressed.key === " ") {
      pressed.preventDefault();
      rest.onPeek(id);
    }
  }

  return (
    <div className={styles.scroller}>
      <table
        ref={root}
        className={styles.grid}
        data-span={span}
        aria-describedby="calendar-keys"
        onKeyDown={onKeyDown}
      >
        <caption className="sr-only" id="calendar-keys">
          {t("calendar.keys")}
        </caption>
        <thead>
          <tr>
            {days.slice(0, 7).map((one) => (
              <th key={one} scope="col">
                {format.weekday(one)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(days).map((week) => (
            <tr key={week[0]}>
              {week.map((one) => (
                <CalendarDay
                  key={one}
                  day={one}
                  isToday={one === today}
                  isInside={span === "week" || one.slice(0, 7) === day.slice(0, 7)}
                  isActive={one === day}
                  records={lying.get(one) ?? []}
                  room={room[span]}
                >
                  {event}
                </CalendarDay>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
