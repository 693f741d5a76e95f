import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Modal } from "antd";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import {
  addPasskey,
  beginTotp,
  confirmTotp,
  factorsQuery,
  newCodes,
  removeFactor,
} from "@/api/factors";
import type { Schemas } from "@/api/types";
import { CopyLine } from "@/ui/CopyLine";
import { useErrorText } from "@/ui/errorText";
import styles from "./settings.module.css";

export type FactorTask =
  | { what: "totp" | "passkey" | "codes" }
  | { what: "remove"; id: string; name: string };

interface Props {
  task: FactorTask;
  /** Whether it takes the password; a provider signs in who has none. */
  asks: boolean;
  onClose: () => void;
}

/** The password first; then what the task needs; recovery codes, if any came of it, once. */
export function FactorDialog({ task, asks, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [totp, setTotp] = useState<Schemas["TotpOut"] | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const titles = {
    totp: t("factors.addTotp"),
    passkey: t("factors.addPasskey"),
    codes: t("factors.newCodes"),
    remove: task.what === "remove" ? t("factors.removeOne", { name: task.name }) : "",
  };

  async function begin(password: string, name: string) {
    if (task.what === "totp") return setTotp(await beginTotp(password));
    if (task.what === "codes") setCodes((await newCodes(password)).codes);
    else {
      if (task.what === "remove") await removeFactor(task.id, password);
      else await addPasskey(name, password);
      onClose();
    }
    await client.invalidateQueries({ queryKey: factorsQuery.queryKey });
  }

  async function confirm(code: string) {
    setCodes((await confirmTotp(code)).codes);
    await client.invalidateQueries({ queryKey: factorsQuery.queryKey });
  }

  return (
    <Modal
      open
      title={codes ? t("factors.codesTitle") : titles[task.what]}
      footer={null}
      mask={{ closable: !codes }}
      onCancel={onClose}
    >
      {codes ? (
        <Codes codes={codes} onClose={onClose} />
      ) : totp ? (
        <ScanForm totp={totp} onSend={confirm} />
      ) : (
        <PasswordStep asks={asks} named={task.what === "passkey"} onSend={begin} />
      )}
    </Modal>
  );
}

interface StepProps {
  mutation: { error: unknown; isPending: boolean };
  disabled: boolean;
  onSubmit: () => void;
  children: ReactNode;
}

function Step({ mutation, disabled, onSubmit, children }: StepProps) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { error, isPending } = mutation;
  function submit(event: FormEvent) {
    event.preventDefault();
    onSubmit();
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      {error !== null && (
        <Alert
          type="error"
          role="alert"
          title={error instanceof ApiError ? errorText(error) : t("prove.failed")}
        />
      )}
      {children}
      <div className={styles.foot}>
        <Button type="primary" htmlType="submit" loading={isPending} disabled={disabled}>
          {t("factors.go")}
        </Button>
      </div>
    </form>
  );
}

interface PasswordProps {
  asks: boolean;
  /** What is added wants a name. */
  named: boolean;
  onSend: (password: string, name: string) => Promise<void>;
}

function PasswordStep({ asks, named, onSend }: PasswordProps) {
  const { t } = useTranslation();
  const id = useId();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const send = useMutation({ mutationFn: () => onSend(password, name.trim()) });
  return (
    <Step
      mutation={send}
      disabled={(asks && !password) || (named && !name.trim())}
      onSubmit={() => send.mutate()}
    >
      {named && (
        <>
          <label htmlFor={`${id}-name`}>{t("factors.passkeyName")}</label>
          <Input
            id={`${id}-name`}
            autoFocus
            maxLength={100}
            placeholder={t("factors.passkeyHint")}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </>
      )}
      {asks && (
        <>
          <label htmlFor={`${id}-password`}>{t("factors.confirm")}</label>
          <Input.Password
            id={`${id}-password`}
            autoFocus={!named}
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </>
      )}
    </Step>
  );
}

interface ScanProps {
  totp: Schemas["TotpOut"];
  onSend: (code: string) => Promise<void>;
}

function ScanForm({ totp, onSend }: ScanProps) {
  const { t } = useTranslation();
  const id = useId();
  const [code, setCode] = useState("");
  const send = useMutation({ mutationFn: () => onSend(code) });
  return (
    <Step mutation={send} disabled={!code.trim()} onSubmit={() => send.mutate()}>
      <p>{t("factors.scan")}</p>
      <img className={styles.qr} src={totp.qr} alt={t("factors.qr")} />
      <CopyLine label={t("factors.key")} value={totp.secret} />
      <label htmlFor={`${id}-code`}>{t("factors.code")}</label>
      <Input
        id={`${id}-code`}
        autoFocus
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={10}
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
    </Step>
  );
}

function Codes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={styles.form}>
      <p>{t("factors.codesText")}</p>
      <ul className={styles.codes} aria-label={t("factors.codesTitle")}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <CopyLine label={t("factors.codesTitle")} value={codes.join(" ")} />
      <div className={styles.foot}>
        <Button type="primary" onClick={onClose}>
          {t("tokens.kept")}
        </Button>
      </div>
    </div>
  );
}
