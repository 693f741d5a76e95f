import { Button } from "antd";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Span } from "@/api/types";
import { useFormat } from "@/ui/format";
import styles from "./calendar.module.css";

interface Props {
  day: string;
  days: string[];
  span: Span;
  onTurn: (by: number) => void;
  onToday: () => void;
}

/** Which month or week is shown, and the ways to another. */
export function CalendarBar({ day, days, span, onTurn, onToday }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const title =
    span === "month" ? format.month(day) : format.dateRange(days[0] ?? day, days.at(-1) ?? day);
  return (
    <div className={styles.bar}>
      <Button size="small" onClick={onToday}>
        {t("calendar.today")}
      </Button>
      <Button
        type="text"
        size="small"
        icon={<ChevronLeft size={16} />}
        aria-label={t(`calendar.before.${span}`)}
        onClick={() => onTurn(-1)}
      />
      <Button
        type="text"
        size="small"
        icon={<ChevronRight size={16} />}
        aria-label={t(`calendar.after.${span}`)}
        onClick={() => onTurn(1)}
      />
      <h2 aria-live="polite">{title}</h2>
    </div>
  );
}
