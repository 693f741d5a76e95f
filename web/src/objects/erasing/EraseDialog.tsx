import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Input, Modal } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ErasurePreview, eraseRecord, erasurePreviewQuery } from "@/api/erasing";
import { followJob } from "@/api/jobs";
import type { ObjectMeta } from "@/api/types";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./erasing.module.css";

interface Props {
  object: ObjectMeta;
  id: string;
  onClose: () => void;
}

/** What erasing would do and what stands in the way; the name has to be typed. */
export function EraseDialog({ object, id, onClose }: Props) {
  const { t } = useTranslation();
  const query = useQuery(erasurePreviewQuery(object.path, id));
  return (
    <Modal open title={t("erasing.title")} footer={null} width={560} onCancel={onClose}>
      {query.isPending ? (
        <LinesSkeleton lines={6} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : query.data.obstacles.length > 0 ? (
        <Refused preview={query.data} onClose={onClose} />
      ) : (
        <Confirm object={object} id={id} preview={query.data} onClose={onClose} />
      )}
    </Modal>
  );
}

function Refused({ preview, onClose }: { preview: ErasurePreview; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.form}>
      <p>{t("erasing.refused", { name: preview.name })}</p>
      <ul className={styles.obstacles}>
        {preview.obstacles.map(({ code, message }) => (
          <li key={code}>{message}</li>
        ))}
      </ul>
      <footer className={styles.footer}>
        <Button onClick={onClose}>{t("erasing.understood")}</Button>
      </footer>
    </div>
  );
}

function Confirm({ object, id, preview, onClose }: Props & { preview: ErasurePreview }) {
  const { t } = useTranslation();
  const field = useId();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [typed, setTyped] = useState("");
  const erasing = useMutation({
    mutationFn: () => eraseRecord(object.path, id, typed),
    onSuccess: async ({ job }) => {
      followJob(client, job);
      onClose();
      message.success(t("erasing.done"));
      await client.invalidateQueries();
    },
    // What stands in the way by now is shown.
    onError: () => client.invalidateQueries(erasurePreviewQuery(object.path, id)),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    erasing.mutate();
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      <p>{t("erasing.explain", { name: preview.name })}</p>
      {preview.merged > 0 && <p>{t("erasing.merged", { count: preview.merged })}</p>}
      <section className={styles.part}>
        <h3>{t("erasing.goes")}</h3>
        <Counted items={preview.goes} />
      </section>
      {preview.stays.length > 0 && (
        <section className={styles.part}>
          <h3>{t("erasing.stays")}</h3>
          <Counted items={preview.stays} />
        </section>
      )}
      <p className="secondary">{t("erasing.also")}</p>
      <label className={styles.part} htmlFor={field}>
        {t("erasing.type", { name: preview.name })}
        <Input
          id={field}
          value={typed}
          autoComplete="off"
          onChange={({ target }) => setTyped(target.value)}
        />
      </label>
      {erasing.isError && <Alert type="error" role="alert" title={errorText(erasing.error)} />}
      <footer className={styles.footer}>
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button
          type="primary"
          danger
          htmlType="submit"
          loading={erasing.isPending}
          disabled={typed.trim() !== preview.name.trim()}
        >
          {t("erasing.run")}
        </Button>
      </footer>
    </form>
  );
}

function Counted({ items }: { items: { label: string; count: number; why?: string }[] }) {
  const format = useFormat();
  return (
    <ul className={styles.counted}>
      {items.map(({ label, count, why }) => (
        <li key={label}>
          {label} <span className="tabular">{format.number(count)}</span>
          {why && <small className="secondary">{why}</small>}
        </li>
      ))}
    </ul>
  );
}
