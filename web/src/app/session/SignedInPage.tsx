import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { signedInElsewhere } from "@/api/session";
import styles from "./session.module.css";

/** In the tab that a provider's page was opened in while another one waits. */
export function SignedInPage() {
  const { t } = useTranslation();
  useEffect(() => {
    const channel = signedInElsewhere();
    channel.postMessage(null);
    return () => channel.close();
  }, []);
  return (
    <main className={styles.screen}>
      <div className={styles.card}>
        <header className={styles.head}>
          <img src="/favicon.svg" alt="" width={36} height={36} />
          <h1>{t("signIn.done.title")}</h1>
          <p className="secondary">{t("signIn.done.text")}</p>
          <a href="/">{t("signIn.done.home")}</a>
        </header>
      </div>
    </main>
  );
}
