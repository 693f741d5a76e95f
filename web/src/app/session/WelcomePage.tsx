import { Link } from "@tanstack/react-router";
import { type FormEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { type OpenedLink, readLink, signIn, spendLink } from "@/api/session";
import type { Session } from "@/api/types";
import { switchLanguage } from "@/app/i18n/i18n";
import { LanguagePicker } from "@/app/session/LanguagePicker";
import { ProveForm } from "@/app/session/ProveForm";
import { useErrorText } from "@/ui/errorText";
import { PlainButton } from "@/ui/PlainButton";
import styles from "./session.module.css";

interface Props {
  linkKey: string;
  onSignedIn: (session: Session) => void;
}

/** Where a one-time link leads: choose a password, and go in. */
export function WelcomePage({ linkKey, onSignedIn }: Props) {
  const [opened, setOpened] = useState<OpenedLink | "dead" | null>(null);
  useEffect(() => {
    readLink(linkKey).then(
      async (link) => {
        if (link.language) await switchLanguage(link.language);
        setOpened(link);
      },
      () => setOpened("dead"),
    );
  }, [linkKey]);
  return (
    <main className={styles.screen}>
      {opened !== null && (
        <div className={styles.card}>
          {opened === "dead" ? (
            <DeadLink />
          ) : (
            <ChoosePassword
              link={opened}
              linkKey={linkKey}
              onSignedIn={onSignedIn}
              onDead={() => setOpened("dead")}
            />
          )}
        </div>
      )}
      <LanguagePicker />
    </main>
  );
}

function DeadLink() {
  const { t } = useTranslation();
  return (
    <header className={styles.head}>
      <img src="/favicon.svg" alt="" width={36} height={36} />
      <h1>{t("welcome.dead")}</h1>
      <p className="secondary">{t("welcome.deadText")}</p>
      <Link to="/sign-in">{t("welcome.toSignIn")}</Link>
    </header>
  );
}

interface ChooseProps extends Props {
  link: OpenedLink;
  onDead: () => void;
}

function ChoosePassword({ link, linkKey, onSignedIn, onDead }: ChooseProps) {
  const { t } = useTranslation();
  const id = useId();
  const errorText = useErrorText();
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const [kinds, setKinds] = useState<string[]>([]);
  const { purpose, username, full_name: name } = link;

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      await spendLink(linkKey, password);
      const session = await signIn(username, password);
      if (session.user) onSignedIn(session);
      else setKinds(session.prove);
    } catch (error) {
      if (error instanceof ApiError && error.code === "link_not_valid") onDead();
      else setProblem(errorText(error));
    } finally {
      setBusy(false);
    }
  }

  if (kinds.length > 0) {
    return (
      <ProveForm kinds={kinds} onSignedIn={onSignedIn} onBack={() => location.assign("/sign-in")} />
    );
  }
  return (
    <>
      <header className={styles.head}>
        <img src="/favicon.svg" alt="" width={36} height={36} />
        <h1>{t(`welcome.${purpose}`, { name })}</h1>
        <p className="secondary">{t("welcome.text", { username })}</p>
      </header>
      <form className={styles.form} onSubmit={submit}>
        {problem && (
          <p className={styles.alert} role="alert">
            {problem}
          </p>
        )}
        <input type="hidden" autoComplete="username" value={username} readOnly />
        <label className={styles.field} htmlFor={`${id}-password`}>
          {t("signIn.password")}
          <input
            id={`${id}-password`}
            className={styles.input}
            type="password"
            autoComplete="new-password"
            // biome-ignore lint/a11y/noAutofocus: there is nothing else to do on this page
            autoFocus
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        <PlainButton block type="submit" look="primary" busy={busy}>
          {t("welcome.submit")}
        </PlainButton>
      </form>
    </>
  );
}
