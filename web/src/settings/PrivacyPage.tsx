import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, App, Button, InputNumber, Select } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { fillRegister, type PrivacyRules, privacyQuery, savePrivacy } from "@/api/privacy";
import { recordsKey } from "@/api/records";
import { Section } from "@/settings/Section";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

const laws = ["pipl", "gdpr", "own"] as const;
const register = "processing-activities";

/** Until when customers are answered about their data, and the register of what the firm does with them. */
export function PrivacyPage() {
  const { t } = useTranslation();
  const query = useQuery(privacyQuery);
  if (query.isPending) return <LinesSkeleton />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  return (
    <>
      <Section title={t("privacySettings.title")} text={t("privacySettings.text")}>
        <RulesForm first={query.data} />
      </Section>
      <Section title={t("privacySettings.register")} text={t("privacySettings.registerText")}>
        <Register />
      </Section>
    </>
  );
}

function RulesForm({ first }: { first: PrivacyRules }) {
  const { t } = useTranslation();
  const id = useId();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [values, setValues] = useState(first);
  const save = useMutation({
    mutationFn: () => savePrivacy(values),
    onSuccess: (kept) => {
      client.setQueryData(privacyQuery.queryKey, kept);
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
      <label htmlFor={`${id}-law`}>{t("privacySettings.law")}</label>
      <Select
        id={`${id}-law`}
        value={values.law}
        options={laws.map((law) => ({ value: law, label: t(`privacySettings.laws.${law}`) }))}
        onChange={(law) => setValues({ ...values, law })}
      />
      {values.law === "own" && (
        <>
          <label htmlFor={`${id}-days`}>{t("privacySettings.days")}</label>
          <InputNumber
            id={`${id}-days`}
            min={1}
            max={365}
            value={values.days}
            onChange={(days) => setValues({ ...values, days: days ?? 30 })}
          />
        </>
      )}
      <label htmlFor={`${id}-kept`}>{t("privacySettings.kept")}</label>
      <InputNumber
        id={`${id}-kept`}
        min={1}
        max={365}
        value={values.kept_days}
        onChange={(days) => setValues({ ...values, kept_days: days ?? 14 })}
      />
      <Button htmlType="submit" loading={save.isPending} className={styles.submit}>
        {t("common.save")}
      </Button>
    </form>
  );
}

function Register() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const fill = useMutation({
    mutationFn: fillRegister,
    onSuccess: async ({ made }) => {
      await client.invalidateQueries({ queryKey: recordsKey(register) });
      message.success(t("privacySettings.filled", { count: made }));
    },
    onError: (error) => message.error(errorText(error)),
  });
  return (
    <div>
      <Button loading={fill.isPending} onClick={() => fill.mutate()}>
        {t("privacySettings.fill")}
      </Button>{" "}
      <Link to="/$path" params={{ path: register }}>
        {t("privacySettings.open")}
      </Link>
    </div>
  );
}
