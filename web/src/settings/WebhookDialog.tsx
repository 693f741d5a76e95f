import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Input, Modal, Select } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import type { Filter } from "@/api/types";
import {
  changeWebhook,
  createWebhook,
  type Webhook,
  type WebhookValues,
  webhooksQuery,
} from "@/api/webhooks";
import { FilterBar } from "@/objects/filter/FilterBar";
import { useErrorText } from "@/ui/errorText";
import styles from "./settings.module.css";

const every = ["created", "changed", "deleted", "restored"] as const;

interface Props {
  webhook?: Webhook;
  onClose: () => void;
  /** The secret of a new one, the one time anybody sees it. */
  onSecret: (name: string, secret: string) => void;
}

export function WebhookDialog({ webhook, onClose, onSecret }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: async (values: WebhookValues) => {
      if (webhook) await changeWebhook(webhook.id, values);
      else onSecret(values.name, (await createWebhook(values)).secret);
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: webhooksQuery.queryKey });
      onClose();
    },
  });
  return (
    <Modal
      open
      title={webhook ? t("webhooks.changeTitle", { name: webhook.name }) : t("webhooks.new")}
      footer={null}
      onCancel={onClose}
    >
      <WebhookForm
        webhook={webhook}
        error={save.error}
        busy={save.isPending}
        onCancel={onClose}
        onSend={save.mutate}
      />
    </Modal>
  );
}

interface FormProps {
  webhook?: Webhook;
  error: unknown;
  busy: boolean;
  onCancel: () => void;
  onSend: (values: WebhookValues) => void;
}

function WebhookForm({ webhook, error, busy, onCancel, onSend }: FormProps) {
  const { t } = useTranslation();
  const id = useId();
  const errorText = useErrorText();
  const known = useObjects();
  const [name, setName] = useState(webhook?.name ?? "");
  const [url, setUrl] = useState(webhook?.url ?? "https://");
  const [objects, setObjects] = useState(webhook?.objects ?? ["customer"]);
  const [actions, setActions] = useState<WebhookValues["actions"]>(webhook?.actions ?? [...every]);
  const [filter, setFilter] = useState((webhook?.filter ?? null) as Filter | null);
  const [draft, setDraft] = useState<Filter | null>(null);
  const [first, ...others] = objects;
  const only = others.length === 0 && first ? findObject(known, first) : undefined;

  function choose(chosen: string[]) {
    setObjects(chosen);
    setFilter(null); // it was about the fields of the one
    setDraft(null);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    onSend({
      name: name.trim(),
      url: url.trim(),
      objects,
      actions,
      filter: filter && { ...filter },
    });
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {error !== null && <Alert type="error" title={errorText(error)} role="alert" />}
      <label htmlFor={`${id}-name`}>{t("webhooks.name")}</label>
      <Input
        id={`${id}-name`}
        autoFocus
        required
        maxLength={100}
        placeholder={t("tokens.nameHint")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <label htmlFor={`${id}-url`}>{t("webhooks.url")}</label>
      <Input
        id={`${id}-url`}
        type="url"
        required
        maxLength={2000}
        value={url}
        onChange={(event) => setUrl(event.target.value)}
      />
      <label htmlFor={`${id}-objects`}>{t("webhooks.objects")}</label>
      <Select
        id={`${id}-objects`}
        mode="multiple"
        value={objects}
        options={known.map((object) => ({ value: object.name, label: object.label_plural }))}
        showSearch={{ optionFilterProp: "label" }}
        onChange={choose}
      />
      <span id={`${id}-actions`}>{t("webhooks.when")}</span>
      <Checkbox.Group
        aria-labelledby={`${id}-actions`}
        value={actions}
        options={every.map((value) => ({ value, label: t(`webhooks.action.${value}`) }))}
        onChange={(chosen) => setActions(every.filter((action) => chosen.includes(action)))}
      />
      {only && (
        <>
          <span>{t("webhooks.filter")}</span>
          <FilterBar
            object={only}
            filter={filter}
            onChange={setFilter}
            draft={draft}
            onDraft={setDraft}
          />
        </>
      )}
      <small className="secondary">{t("webhooks.ownerHint")}</small>
      <div className={styles.foot}>
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
        <Button
          type="primary"
          htmlType="submit"
          loading={busy}
          disabled={!name.trim() || objects.length === 0 || actions.length === 0}
        >
          {t(webhook ? "common.save" : "common.create")}
        </Button>
      </div>
    </form>
  );
}
