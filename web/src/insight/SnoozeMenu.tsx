import { Button, Dropdown, Modal } from "antd";
import dayjs from "dayjs";
import { AlarmClock } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { DatePicker } from "@/ui/DatePicker";
import { addDays, dayIn, nextMonday } from "@/ui/days";
import { useFormat } from "@/ui/format";
import styles from "./attention.module.css";

interface Props {
  open: boolean;
  onOpen: (open: boolean) => void;
  onSnooze: (until: string, shown: string) => void;
}

/** Hides an item until a day: the usual days at one click, any other by the calendar. */
export function SnoozeMenu({ open, onOpen, onSnooze }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [picking, setPicking] = useState(false);
  const today = dayIn(new Date(), format.timeZone);
  const days = {
    tomorrow: addDays(today, 1),
    threeDays: addDays(today, 3),
    nextWeek: nextMonday(today),
    month: addDays(today, 30),
  };
  const snooze = (until: string) => onSnooze(until, format.date(until));
  // On a Sunday tomorrow is next Monday: one of the two is enough.
  const distinct = Object.entries(days).filter(
    ([, day], index, all) => all.findIndex(([, other]) => other === day) === index,
  );
  const items = distinct.map(([key, day]) => ({
    key: day,
    label: (
      <span className={styles.snooze}>
        <span>{t(`insight.snooze.${key as keyof typeof days}`)}</span>
        <span className="secondary">{format.date(day)}</span>
      </span>
    ),
  }));
  return (
    <>
      <Dropdown
        trigger={["click"]}
        placement="bottomRight"
        autoFocus
        open={open && !picking}
        onOpenChange={onOpen}
        menu={{
          items: [
            ...items,
            { type: "divider" },
            { key: "other", label: t("insight.snooze.other"), onClick: () => setPicking(true) },
          ],
          onClick: ({ key }) => key !== "other" && snooze(key),
        }}
      >
        <Button
          type="text"
          icon={<AlarmClock size={16} />}
          aria-label={t("insight.snooze.label")}
          title={`${t("insight.snooze.label")} (s)`}
          aria-keyshortcuts="s"
        />
      </Dropdown>
      <Modal
        title={t("insight.snooze.title")}
        open={picking}
        footer={null}
        onCancel={() => setPicking(false)}
        destroyOnHidden
        width={340}
      >
        <DatePicker
          autoFocus
          className={styles.full}
          aria-label={t("insight.snooze.title")}
          minDate={dayjs(addDays(today, 1))}
          maxDate={dayjs(addDays(today, 365))}
          onChange={(date) => {
            if (!date) return;
            setPicking(false);
            snooze(date.format("YYYY-MM-DD"));
          }}
        />
      </Modal>
    </>
  );
}
