import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { proveCode } from "@/api/factors";
import type { Session } from "@/api/types";
import { PasskeyButton } from "@/app/session/PasskeyButton";
import { useErrorText } from "@/ui/errorText";
import { PlainButton } from "@/ui/PlainButton";
import styles from "./session.module.css";

interface Props {
  /** The kinds of factor there are to choose from. */
  kinds: string[];
  onSignedIn: (session: Session) => void;
  onBack: () => void;
}

/** The password was right; what else there is to prove. */
export function ProveForm({ kinds, onSignedIn, onBack }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const errorText = useErrorText();
  const [code, setCode] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      onSignedIn(await proveCode(code));
    } catch (error) {
      setProblem(errorText(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      <h2>{t("prove.title")}</h2>
      {problem && (
        <p className={styles.alert} role="alert">
          {problem}
        </p>
      )}
      {kinds.includes("totp") && (
        <>
          <label className={styles.field} htmlFor={`${id}-code`}>
            {t("prove.code")}
            <input
              id={`${id}-code`}
              className={styles.input}
              autoComplete="one-time-code"
              autoCapitalize="none"
              // biome-ignore lint/a11y/noAutofocus: there is nothing else to do on this page
              autoFocus
              required
              maxLength={50}
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          </label>
          <PlainButton block type="submit" look="primary" busy={busy}>
            {t("prove.submit")}
          </PlainButton>
        </>
      )}
      {kinds.includes("passkey") && (
        <PasskeyButton onSignedIn={onSignedIn} onProblem={setProblem} />
      )}
      <PlainButton block look="link" onClick={onBack}>
        {t("prove.back")}
      </PlainButton>
    </form>
  );
}
