import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Input, Segmented, Select } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { saveWorkspace, sessionQuery, useSession } from "@/api/session";
import { useErrorText } from "@/ui/errorText";
import { languageNames, languages } from "@/ui/languages";
import styles from "./settings.module.css";

export function WorkspaceForm() {
  const { t } = useTranslation();
  const id = useId();
  const client = useQueryClient();
  const { workspace } = useSession();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [values, setValues] = useState({
    name: workspace?.name ?? "",
    language: workspace?.language ?? "en",
    week_start: workspace?.week_start ?? 1,
  });
  const save = useMutation({
    mutationFn: () => saveWorkspace(values),
    onSuccess: (session) => {
      client.setQueryData(sessionQuery.queryKey, session);
      message.success(t("common.saved"));
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {save.error && <Alert type="error" title={errorText(save.error)} role="alert" />}
      <label htmlFor={`${id}-name`}>{t("setUp.firm")}</label>
      <Input
        id={`${id}-name`}
        required
        maxLength={200}
        value={values.name}
        onChange={(event) => setValues({ ...values, name: event.target.value })}
      />
      <label htmlFor={`${id}-language`}>{t("setUp.language")}</label>
      <Select
        id={`${id}-language`}
        value={values.language}
        options={languages.map((value) => ({ value, label: languageNames[value] }))}
        onChange={(language) => setValues({ ...values, language })}
      />
      <span>{t("setUp.weekStart")}</span>
      <Segmented
        block
        aria-label={t("setUp.weekStart")}
        value={values.week_start}
        options={[
          { value: 1, label: t("setUp.monday") },
          { value: 7, label: t("setUp.sunday") },
        ]}
        onChange={(week_start) => setValues({ ...values, week_start })}
      />
      <dl className={styles.fixed}>
        <dt>{t("setUp.currency")}</dt>
        <dd>{workspace?.currency}</dd>
        <dt>{t("setUp.timeZone")}</dt>
        <dd>{workspace?.time_zone}</dd>
      </dl>
      <Button htmlType="submit" loading={save.isPending} className={styles.submit}>
        {t("common.save")}
      </Button>
    </form>
  );
}
