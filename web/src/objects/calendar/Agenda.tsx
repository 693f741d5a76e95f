import { CalendarOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { DaysProps } from "@/objects/calendar/CalendarGrid";
import { EmptyState } from "@/ui/EmptyState";
import { useFormat } from "@/ui/format";
import styles from "./calendar.module.css";

interface Props extends DaysProps {
  /** The month shown, "2026-11": the days around it are left out; empty for a week. */
  month: string;
}

/** The days on which something lies, one below the other: a calendar for a phone. */
export function Agenda({ days, today, lying, event, month }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const filled = days.filter((day) => day.startsWith(month) && lying.has(day));
  if (filled.length === 0) return <EmptyState icon={CalendarOff} title={t("calendar.empty")} />;
  return (
    <ol className={styles.agenda}>
      {filled.map((day) => (
        <li key={day}>
          <h3 aria-current={day === today ? "date" : undefined}>{format.day(day)}</h3>
          <ul>{lying.get(day)?.map(event)}</ul>
        </li>
      ))}
    </ol>
  );
}
