import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Modal } from "antd";
import dayjs from "dayjs";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Hold, liftHold, placeHold } from "@/api/erasing";
import { recordsKey } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { DatePicker } from "@/ui/DatePicker";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { TextArea } from "@/ui/TextArea";
import styles from "./erasing.module.css";

interface Props {
  object: ObjectMeta;
  id: string;
  hold: Hold | null;
  onClose: () => void;
}

/** Why a record must stay as it is and until when; or an end of that. */
export function HoldDialog({ object, id, hold, onClose }: Props) {
  const { t } = useTranslation();
  const field = useId();
  const format = useFormat();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [reason, setReason] = useState(hold?.reason ?? "");
  const [until, setUntil] = useState(hold?.until ?? null);

  async function refresh(said: string) {
    message.success(said);
    onClose();
    await Promise.all([
      client.invalidateQueries({ queryKey: recordsKey(object.path) }),
      client.invalidateQueries({ queryKey: ["holds"] }),
    ]);
  }

  const save = useMutation({
    mutationFn: () => placeHold(object.path, id, { reason, until }),
    onSuccess: () => refresh(t("erasing.hold.placed")),
  });
  const lift = useMutation({
    mutationFn: () => liftHold(object.path, id),
    onSuccess: () => refresh(t("erasing.hold.lifted")),
  });
  const error = save.error ?? lift.error;

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }

  return (
    <Modal open title={t("erasing.hold.title")} footer={null} onCancel={onClose}>
      <form className={styles.form} onSubmit={submit}>
        <p>{t("erasing.hold.explain")}</p>
        {hold && (
          <p className="secondary">
            {t("erasing.hold.by", {
              name: hold.placed_by.label,
              day: format.date(hold.placed_at),
            })}
          </p>
        )}
        <label className={styles.part} htmlFor={`${field}-reason`}>
          {t("erasing.hold.reason")}
          <TextArea
            id={`${field}-reason`}
            value={reason}
            maxLength={500}
            onChange={({ target }) => setReason(target.value)}
          />
        </label>
        <label className={styles.part} htmlFor={`${field}-until`}>
          {t("erasing.hold.until")}
          <DatePicker
            id={`${field}-until`}
            value={until ? dayjs(until) : null}
            minDate={dayjs()}
            placeholder={t("erasing.hold.unlimited")}
            onChange={(day) => setUntil(day ? day.format("YYYY-MM-DD") : null)}
          />
        </label>
        {error && <Alert type="error" role="alert" title={errorText(error)} />}
        <footer className={styles.footer}>
          {hold && (
            <Button className={styles.first} loading={lift.isPending} onClick={() => lift.mutate()}>
              {t("erasing.hold.lift")}
            </Button>
          )}
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button
            type="primary"
            htmlType="submit"
            loading={save.isPending}
            disabled={reason.trim() === ""}
          >
            {t("common.save")}
          </Button>
        </footer>
      </form>
    </Modal>
  );
}
