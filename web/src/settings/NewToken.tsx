import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Modal, Select } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useObjects } from "@/api/meta";
import { createToken, tokensQuery } from "@/api/tokens";
import { kinds, useScopeLabel } from "@/settings/useScopeLabel";
import { CopyLine } from "@/ui/CopyLine";
import { useErrorText } from "@/ui/errorText";
import styles from "./settings.module.css";

/** Makes a token, then shows its key: the one time anybody sees it. */
export function NewToken({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: ({ name, scopes }: { name: string; scopes: string[] }) => createToken(name, scopes),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
  return (
    <Modal
      open
      title={create.data ? t("tokens.made", { name: create.data.name }) : t("tokens.new")}
      footer={null}
      // A click beside it must not lose a key that is not copied yet.
      mask={{ closable: !create.data }}
      onCancel={onClose}
    >
      {create.data ? (
        <TokenKey value={create.data.key} onClose={onClose} />
      ) : (
        <TokenForm
          error={create.error}
          busy={create.isPending}
          onCancel={onClose}
          onSend={(name, scopes) => create.mutate({ name, scopes })}
        />
      )}
    </Modal>
  );
}

interface FormProps {
  error: unknown;
  busy: boolean;
  onCancel: () => void;
  onSend: (name: string, scopes: string[]) => void;
}

function TokenForm({ error, busy, onCancel, onSend }: FormProps) {
  const { t } = useTranslation();
  const id = useId();
  const errorText = useErrorText();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["read"]);
  const options = useScopeOptions();

  function submit(event: FormEvent) {
    event.preventDefault();
    onSend(name.trim(), scopes);
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {error !== null && <Alert type="error" title={errorText(error)} role="alert" />}
      <label htmlFor={`${id}-name`}>{t("tokens.name")}</label>
      <Input
        id={`${id}-name`}
        autoFocus
        required
        maxLength={100}
        placeholder={t("tokens.nameHint")}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <label htmlFor={`${id}-scopes`}>{t("tokens.scopes")}</label>
      <Select
        id={`${id}-scopes`}
        mode="multiple"
        value={scopes}
        options={options}
        showSearch={{ optionFilterProp: "label" }}
        onChange={setScopes}
      />
      <small className="secondary">{t("tokens.scopesHint")}</small>
      <div className={styles.foot}>
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
        <Button
          type="primary"
          htmlType="submit"
          loading={busy}
          disabled={!name.trim() || scopes.length === 0}
        >
          {t("common.create")}
        </Button>
      </div>
    </form>
  );
}

function useScopeOptions() {
  const label = useScopeLabel();
  const scopes = ["", ...useObjects().map(({ name }) => `${name}:`)];
  return scopes.flatMap((prefix) =>
    kinds.map((kind) => ({ value: `${prefix}${kind}`, label: label(`${prefix}${kind}`) })),
  );
}

function TokenKey({ value, onClose }: { value: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.form}>
      <p>{t("tokens.once")}</p>
      <CopyLine label={t("tokens.key")} value={value} />
      <div className={styles.foot}>
        <Button type="primary" onClick={onClose}>
          {t("tokens.kept")}
        </Button>
      </div>
    </div>
  );
}
