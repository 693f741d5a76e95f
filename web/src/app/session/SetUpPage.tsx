import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Input, Segmented, Select } from "antd";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { type SetUp, sessionQuery, setUp } from "@/api/session";
import type { Session } from "@/api/types";
import { switchLanguage } from "@/app/i18n/i18n";
import { useErrorText } from "@/ui/errorText";
import { languageNames, languages } from "@/ui/languages";
import styles from "./session.module.css";

const currencies = ["CNY", "TWD", "USD", "EUR", "HKD", "JPY", "GBP", "SGD"];
const options = (values: string[]) => values.map((value) => ({ value, label: value }));

function firstValues(token: string, language: string): SetUp {
  return {
    token,
    firm: "",
    language,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    currency: { "zh-CN": "CNY", "zh-TW": "TWD" }[language] ?? "USD",
    week_start: language.startsWith("zh") ? 1 : 7,
    full_name: "",
    username: "",
    password: "",
  };
}

interface Props {
  token: string;
  onDone: (session: Session) => void;
}

export function SetUpPage({ token, onDone }: Props) {
  const { t } = useTranslation();
  const { data: session } = useSuspenseQuery(sessionQuery);
  return (
    <main className={styles.screen}>
      <div className={styles.card}>
        <header className={styles.head}>
          <img src="/favicon.svg" alt="" width={36} height={36} />
          <h1>{t("setUp.title")}</h1>
          <p className="secondary">{session.setup_needed ? t("setUp.text") : t("setUp.done")}</p>
        </header>
        {session.setup_needed ? (
          <SetUpForm token={token} onDone={onDone} />
        ) : (
          <Link to="/sign-in">{t("setUp.toSignIn")}</Link>
        )}
      </div>
    </main>
  );
}

function SetUpForm({ token, onDone }: Props) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const [values, setValues] = useState(() => firstValues(token, i18n.language));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const fieldErrors = error instanceof ApiError ? error.fields : {};
  const set = (change: Partial<SetUp>) => setValues((old) => ({ ...old, ...change }));

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    try {
      onDone(await setUp(values));
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  }

  const wrongToken = error instanceof ApiError && error.code === "setup_token_wrong";
  const text = (name: "firm" | "full_name" | "username" | "password", autoComplete: string) => ({
    id: name,
    required: true,
    autoComplete,
    value: values[name],
    status: fieldErrors[name] ? ("error" as const) : undefined,
    onChange: (event: { target: { value: string } }) => set({ [name]: event.target.value }),
  });

  return (
    <form className={styles.form} onSubmit={submit}>
      {error !== null && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={wrongToken ? t("setUp.tokenWrong") : errorText(error)}
        />
      )}
      <Field id="firm" label={t("setUp.firm")} error={fieldErrors.firm}>
        <Input {...text("firm", "organization")} autoFocus />
      </Field>
      <div className={styles.pair}>
        <Field id="language" label={t("setUp.language")}>
          <Select
            id="language"
            value={values.language}
            options={languages.map((value) => ({ value, label: languageNames[value] }))}
            onChange={(language) => {
              set({ language });
              void switchLanguage(language);
            }}
          />
        </Field>
        <Field id="currency" label={t("setUp.currency")} error={fieldErrors.currency}>
          <Select
            id="currency"
            showSearch
            value={values.currency}
            options={options(currencies)}
            onChange={(currency) => set({ currency })}
          />
        </Field>
        <Field id="time_zone" label={t("setUp.timeZone")} error={fieldErrors.time_zone}>
          <Select
            id="time_zone"
            showSearch
            value={values.time_zone}
            options={options(Intl.supportedValuesOf("timeZone"))}
            onChange={(time_zone) => set({ time_zone })}
          />
        </Field>
        <Field label={t("setUp.weekStart")}>
          <Segmented
            block
            aria-label={t("setUp.weekStart")}
            value={values.week_start}
            options={[
              { value: 1, label: t("setUp.monday") },
              { value: 7, label: t("setUp.sunday") },
            ]}
            onChange={(week_start) => set({ week_start })}
          />
        </Field>
      </div>
      <h2 className={styles.section}>{t("setUp.administrator")}</h2>
      <Field id="full_name" label={t("setUp.fullName")} error={fieldErrors.full_name}>
        <Input {...text("full_name", "name")} />
      </Field>
      <div className={styles.pair}>
        <Field id="username" label={t("signIn.username")} error={fieldErrors.username}>
          <Input {...text("username", "username")} autoCapitalize="none" />
        </Field>
        <Field id="password" label={t("signIn.password")} error={fieldErrors.password}>
          <Input.Password {...text("password", "new-password")} />
        </Field>
      </div>
      <Button type="primary" htmlType="submit" size="large" block loading={busy}>
        {t("setUp.submit")}
      </Button>
    </form>
  );
}

interface FieldProps {
  id?: string;
  label: string;
  error?: string;
  children: ReactNode;
}

function Field({ id, label, error, children }: FieldProps) {
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children}
      {error && <span className={styles.problem}>{error}</span>}
    </div>
  );
}
