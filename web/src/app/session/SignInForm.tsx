import { Eye, EyeOff } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { signIn } from "@/api/session";
import type { Session } from "@/api/types";
import { PasskeyButton } from "@/app/session/PasskeyButton";
import { ProveForm } from "@/app/session/ProveForm";
import { useErrorText } from "@/ui/errorText";
import { PlainButton, PlainLink } from "@/ui/PlainButton";
import styles from "./session.module.css";

interface Props {
  onSignedIn: (session: Session) => void;
  username?: string;
  /** Of whoever is not signed in. */
  session?: Session;
  /** The page to go on with after a provider's; none: another tab goes there, this one stays. */
  next?: string;
}

/** Plain inputs: the first page anybody loads stays small. */
export function SignInForm({ onSignedIn, username: initial = "", session, next }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [username, setUsername] = useState(initial);
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(session?.problem ?? "");
  const [kinds, setKinds] = useState(session?.prove ?? []);
  const { demo_users: demoUsers, providers } = session ?? {};
  const textOf = useSignInErrorText();

  async function enter(name: string, secret: string) {
    setBusy(true);
    setProblem("");
    try {
      const begun = await signIn(name, secret);
      if (begun.user) onSignedIn(begun);
      else setKinds(begun.prove);
    } catch (error) {
      setProblem(textOf(error));
    } finally {
      setBusy(false);
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    void enter(username, password);
  }

  if (kinds.length > 0) {
    return <ProveForm kinds={kinds} onSignedIn={onSignedIn} onBack={() => setKinds([])} />;
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      {problem && (
        <p className={styles.alert} role="alert">
          {problem}
        </p>
      )}
      <label className={styles.field} htmlFor={`${id}-name`}>
        {t("signIn.username")}
        <input
          id={`${id}-name`}
          className={styles.input}
          autoComplete="username"
          autoCapitalize="none"
          // biome-ignore lint/a11y/noAutofocus: there is nothing else to do on this page
          autoFocus={!initial}
          required
          value={username}
          onChange={(event) => setUsername(event.target.value)}
        />
      </label>
      <label className={styles.field} htmlFor={`${id}-password`}>
        {t("signIn.password")}
        <span className={styles.secret}>
          <input
            id={`${id}-password`}
            className={styles.input}
            type={shown ? "text" : "password"}
            autoComplete="current-password"
            // biome-ignore lint/a11y/noAutofocus: signing in again, only the password is missing
            autoFocus={Boolean(initial)}
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
          <button
            type="button"
            aria-pressed={shown}
            aria-label={t("signIn.showPassword")}
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
          </button>
        </span>
      </label>
      <PlainButton block type="submit" look="primary" busy={busy}>
        {t("signIn.submit")}
      </PlainButton>
      <PasskeyButton disabled={busy} onSignedIn={onSignedIn} onProblem={setProblem} />
      {providers?.map(({ id, name }) => (
        <PlainLink
          key={id}
          href={`/sso/${id}?next=${encodeURIComponent(next ?? "/signed-in")}`}
          target={next ? undefined : "_blank"}
        >
          {t("signIn.with", { name })}
        </PlainLink>
      ))}
      {demoUsers && demoUsers.length > 0 && (
        <fieldset className={styles.demo}>
          <legend>{t("signIn.demo")}</legend>
          {demoUsers.map((user) => (
            <button
              key={user.username}
              type="button"
              className={styles.person}
              onClick={() => {
                setUsername(user.username);
                setPassword(user.password ?? "");
                if (user.password) void enter(user.username, user.password);
              }}
            >
              <strong>{user.full_name}</strong>
              <span className="secondary">{user.role_label}</span>
            </button>
          ))}
        </fieldset>
      )}
    </form>
  );
}

function useSignInErrorText() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (error: unknown) => {
    if (!(error instanceof ApiError)) return errorText(error);
    if (error.code === "wrong_credentials") return t("signIn.wrong");
    if (error.code === "too_many_attempts") {
      return t("signIn.tooMany", { seconds: Number(error.problem.retry_after) || 60 });
    }
    return errorText(error);
  };
}
