import { useMutation } from "@tanstack/react-query";
import { Alert, App, Button, Input } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { setPassword, useUser } from "@/api/session";
import { useErrorText } from "@/ui/errorText";
import styles from "./settings.module.css";

export function PasswordForm() {
  const { t } = useTranslation();
  const id = useId();
  const user = useUser();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [current, setCurrent] = useState("");
  const [password, setNew] = useState("");
  const save = useMutation({
    mutationFn: () => setPassword(user.id, password, current),
    onSuccess: () => {
      setCurrent("");
      setNew("");
      message.success(t("settings.passwordSaved"));
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {save.error && <Alert type="error" title={errorText(save.error)} role="alert" />}
      <label htmlFor={`${id}-current`}>{t("settings.currentPassword")}</label>
      <Input.Password
        id={`${id}-current`}
        required
        autoComplete="current-password"
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <label htmlFor={`${id}-new`}>{t("settings.newPassword")}</label>
      <Input.Password
        id={`${id}-new`}
        required
        autoComplete="new-password"
        value={password}
        onChange={(event) => setNew(event.target.value)}
      />
      <Button htmlType="submit" loading={save.isPending} className={styles.submit}>
        {t("settings.savePassword")}
      </Button>
    </form>
  );
}
