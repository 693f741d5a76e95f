import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Modal, Select } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CustomerClass, liftOverride, overrideClass } from "@/customers/classesApi";
import { refreshRecords } from "@/objects/edit/recordCache";
import { Chip } from "@/ui/Chip";
import { useErrorText } from "@/ui/errorText";
import styles from "./classes.module.css";
import pageStyles from "./customer.module.css";

interface Props {
  customer: string;
  one: CustomerClass;
  onClose: () => void;
}

/** A class that somebody gives by hand, with the reason; the rules respect it until it is lifted. */
export function ClassDialog({ customer, one, onClose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const client = useQueryClient();
  const errorText = useErrorText();
  const isOverride = one.why.kind === "override";
  const [result, setResult] = useState(one.result ?? "");
  const [reason, setReason] = useState(isOverride ? one.why.reason : "");
  const options = {
    onSuccess: async () => {
      await Promise.all([
        refreshRecords(client, "customers"),
        client.invalidateQueries({ queryKey: ["timeline", customer] }),
      ]);
      onClose();
    },
  };
  const save = useMutation({
    ...options,
    mutationFn: () => overrideClass(customer, one, result, reason.trim()),
  });
  const lift = useMutation({ ...options, mutationFn: () => liftOverride(customer, one) });
  const error = save.error ?? lift.error;

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }

  return (
    <Modal open title={t("classes.change", { name: one.label })} footer={null} onCancel={onClose}>
      <form className={styles.form} onSubmit={submit}>
        {error && <Alert type="error" role="alert" title={errorText(error)} />}
        <p className="secondary">{t("classes.hint")}</p>
        <label htmlFor={`${id}-class`}>{one.label}</label>
        <Select
          id={`${id}-class`}
          value={result}
          options={[
            { value: "", label: t("classes.none") },
            ...one.classes
              .filter(({ archived }) => !archived)
              .map(({ value, label, color }) => ({
                value,
                label: <Chip color={color}>{label}</Chip>,
              })),
          ]}
          onChange={setResult}
        />
        <label htmlFor={`${id}-reason`}>{t("classes.reason")}</label>
        <Input
          id={`${id}-reason`}
          required
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
        <div className={pageStyles.formActions}>
          {isOverride && (
            <Button loading={lift.isPending} onClick={() => lift.mutate()}>
              {t("classes.lift")}
            </Button>
          )}
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button
            type="primary"
            htmlType="submit"
            loading={save.isPending}
            disabled={!reason.trim()}
          >
            {t("common.save")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
