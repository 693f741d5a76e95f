import { Button, Input, Modal, Segmented } from "antd";
import dayjs from "dayjs";
import { type FormEvent, type KeyboardEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import type { Attention, Done } from "@/insight/insightApi";
import { DatePicker } from "@/ui/DatePicker";
import { addDays, dayIn } from "@/ui/days";
import { useFormat } from "@/ui/format";
import { isSend } from "@/ui/keys";
import { TextArea } from "@/ui/TextArea";
import styles from "./attention.module.css";

interface Props {
  item: Attention;
  open: boolean;
  onClose: () => void;
  onDo: (done: Done) => void;
}

/** The suggested action, filled in: one more click does it. */
export function DoDialog({ item, open, onClose, onDo }: Props) {
  return (
    <Modal
      title={<span className={styles.dialogTitle}>{item.customer.label}</span>}
      open={open}
      onCancel={onClose}
      footer={null}
      destroyOnHidden
      width={480}
    >
      <DoForm item={item} onClose={onClose} onDo={onDo} />
    </Modal>
  );
}

const kinds = { task: "task", call: "interaction" } as const;
const usualDays = 2;

function DoForm({ item, onClose, onDo }: Omit<Props, "open">) {
  const { t } = useTranslation();
  const id = useId();
  const { timeZone } = useFormat();
  const objects = useObjects();
  const allowed = (["call", "task"] as const).filter((kind) =>
    findObject(objects, kinds[kind])?.can.includes("create"),
  );
  const [kind, setKind] = useState(
    allowed.includes(item.suggestion.kind) ? item.suggestion.kind : (allowed[0] ?? "task"),
  );
  const [title, setTitle] = useState(item.suggestion.title);
  const [dueOn, setDueOn] = useState(addDays(dayIn(new Date(), timeZone), usualDays));
  const [outcome, setOutcome] = useState("");
  const [note, setNote] = useState("");

  function send() {
    if (!title.trim()) return;
    const shared = { title: title.trim(), note: note.trim() || undefined };
    onDo(
      kind === "task"
        ? { kind, ...shared, due_on: dueOn }
        : { kind, ...shared, outcome: outcome.trim() || undefined },
    );
  }

  return (
    <form
      className={styles.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
      }}
      onKeyDown={(event: KeyboardEvent) => isSend(event) && send()}
    >
      <p className={styles.because}>{item.why}</p>
      {!item.call.allowed && (
        <small className={styles.mayNot} role="note">
          {t("consent.mayNot.phone", { reason: item.call.text })}
        </small>
      )}
      {allowed.length > 1 && (
        <Segmented
          block
          aria-label={t("insight.do.how")}
          value={kind}
          options={allowed.map((value) => ({ value, label: t(`insight.do.${value}`) }))}
          onChange={setKind}
        />
      )}
      <label htmlFor={`${id}-title`}>{t("insight.do.title")}</label>
      <Input
        id={`${id}-title`}
        autoFocus
        maxLength={200}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      {kind === "task" ? (
        <>
          <label htmlFor={`${id}-due`}>{t("insight.do.due")}</label>
          <DatePicker
            id={`${id}-due`}
            allowClear={false}
            value={dayjs(dueOn)}
            onChange={(date) => date && setDueOn(date.format("YYYY-MM-DD"))}
          />
        </>
      ) : (
        <>
          <label htmlFor={`${id}-outcome`}>
            {t("insight.do.outcome")} <small className="secondary">{t("common.optional")}</small>
          </label>
          <Input
            id={`${id}-outcome`}
            maxLength={100}
            value={outcome}
            onChange={(event) => setOutcome(event.target.value)}
          />
        </>
      )}
      <label htmlFor={`${id}-note`}>
        {t("insight.do.note")} <small className="secondary">{t("common.optional")}</small>
      </label>
      <TextArea
        id={`${id}-note`}
        rows={2}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <div className={styles.formFoot}>
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button type="primary" htmlType="submit" disabled={!title.trim()}>
          {t(kind === "task" ? "insight.do.createTask" : "insight.do.logCall")}
        </Button>
      </div>
    </form>
  );
}
