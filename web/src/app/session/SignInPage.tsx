import { useSuspenseQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "@/api/session";
import type { Session } from "@/api/types";
import { LanguagePicker } from "@/app/session/LanguagePicker";
import { SignInForm } from "@/app/session/SignInForm";
import styles from "./session.module.css";

interface Props {
  next: string;
  onSignedIn: (session: Session) => void;
}

export function SignInPage({ next, onSignedIn }: Props) {
  const { t } = useTranslation();
  const { data: session } = useSuspenseQuery(sessionQuery);
  return (
    <main className={styles.screen}>
      <div className={styles.card}>
        <header className={styles.head}>
          <img src="/favicon.svg" alt="" width={36} height={36} />
          <h1>{session.workspace?.name || t("app.name")}</h1>
          <p className="secondary">{t("signIn.tagline")}</p>
        </header>
        {session.setup_needed ? (
          <section>
            <h2>{t("signIn.needed.title")}</h2>
            <p className="secondary">{t("signIn.needed.text")}</p>
          </section>
        ) : (
          <SignInForm onSignedIn={onSignedIn} session={session} next={next} />
        )}
      </div>
      <LanguagePicker />
    </main>
  );
}
