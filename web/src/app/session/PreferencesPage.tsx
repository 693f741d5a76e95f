import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { LanguagePicker } from "@/app/session/LanguagePicker";
import {
  type Choice,
  choosePreference,
  confirmConsent,
  type Preferences,
  readPreferences,
} from "@/app/session/preferencesApi";
import { useErrorText } from "@/ui/errorText";
import { PlainButton } from "@/ui/PlainButton";
import styles from "./preferences.module.css";
import sessionStyles from "./session.module.css";

/** What a firm may contact its reader about, changed at once by each switch. */
export function PreferencesPage({ linkKey }: { linkKey: string }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [shown, setShown] = useState<Preferences | "dead" | null>(null);
  const [problem, setProblem] = useState("");
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    readPreferences(linkKey).then(setShown, (error) => {
      if (error instanceof ApiError && error.code === "link_not_valid") setShown("dead");
      else setProblem(errorText(error));
    });
  }, [linkKey, errorText]);

  async function send(answer: Promise<Preferences>, done: string) {
    setBusy(true);
    setProblem("");
    setSaid("");
    try {
      setShown(await answer);
      setSaid(done);
    } catch (error) {
      if (error instanceof ApiError && error.code === "link_not_valid") setShown("dead");
      else setProblem(errorText(error));
    } finally {
      setBusy(false);
    }
  }

  const choose = (choice: Partial<Choice>) =>
    void send(choosePreference(linkKey, choice), t("preferences.saved"));

  return (
    <main className={sessionStyles.screen}>
      {(shown !== null || problem) && (
        <div className={sessionStyles.card}>
          {problem && (
            <p className={sessionStyles.alert} role="alert">
              {problem}
            </p>
          )}
          {shown === "dead" && <Dead />}
          {shown !== null && shown !== "dead" && (
            <>
              <header className={sessionStyles.head}>
                <small className="secondary">{shown.firm}</small>
                <h1>{t(shown.confirms ? "preferences.confirmTitle" : "preferences.title")}</h1>
                <p className="secondary">
                  {t(shown.confirms ? "preferences.confirmText" : "preferences.text", {
                    firm: shown.firm,
                  })}
                </p>
              </header>
              {shown.confirms ? (
                <Confirm
                  shown={shown}
                  busy={busy}
                  onConfirm={() => void send(confirmConsent(linkKey), t("preferences.confirmed"))}
                />
              ) : (
                <Choices shown={shown} busy={busy} onChoose={choose} />
              )}
              <p className={styles.said} role="status">
                {said}
              </p>
            </>
          )}
        </div>
      )}
      <LanguagePicker />
    </main>
  );
}

function Dead() {
  const { t } = useTranslation();
  return (
    <header className={sessionStyles.head}>
      <h1>{t("preferences.dead")}</h1>
      <p className="secondary">{t("preferences.deadText")}</p>
    </header>
  );
}

function useWords() {
  const { i18n } = useTranslation();
  return (words: Record<string, string>) => words[i18n.language] ?? "";
}

interface ConfirmProps {
  shown: Preferences;
  busy: boolean;
  onConfirm: () => void;
}

/** Looking at the page is no yes: programs open links in mail too. */
function Confirm({ shown, busy, onConfirm }: ConfirmProps) {
  const { t } = useTranslation();
  const words = useWords();
  const done = shown.purposes.every(
    ({ channels }) => shown.confirms && channels[shown.confirms] === "yes",
  );
  return (
    <>
      {shown.purposes.map(({ id, title, text }) => (
        <section key={id} className={styles.purpose}>
          <h2>{words(title)}</h2>
          <p>{words(text)}</p>
        </section>
      ))}
      {!done && (
        <PlainButton block look="primary" busy={busy} onClick={onConfirm}>
          {t("preferences.confirm")}
        </PlainButton>
      )}
    </>
  );
}

interface ChoicesProps {
  shown: Preferences;
  busy: boolean;
  onChoose: (choice: Partial<Choice>) => void;
}

type ChannelName = NonNullable<Choice["channel"]>;

function Choices({ shown, busy, onChoose }: ChoicesProps) {
  const { t } = useTranslation();
  const words = useWords();
  const closed = (channel: ChannelName) => shown.contact[channel] === false;
  return (
    <>
      {shown.purposes.map(({ id, title, text, channels }) => (
        <fieldset key={id} className={styles.purpose}>
          <legend>{words(title)}</legend>
          {words(text) && <p className="secondary">{words(text)}</p>}
          {(Object.entries(channels) as [ChannelName, string][]).map(([channel, state]) => (
            <Switch
              key={channel}
              name={t(`preferences.channel.${channel}`)}
              hint={
                state === "pending"
                  ? t("preferences.pending")
                  : closed(channel)
                    ? t("preferences.closed")
                    : ""
              }
              on={state !== "no"}
              busy={busy || closed(channel)}
              onChange={(allow) => onChoose({ purpose: id, channel, allow })}
            />
          ))}
        </fieldset>
      ))}
      <fieldset className={styles.purpose}>
        <legend>{t("preferences.contact")}</legend>
        <p className="secondary">{t("preferences.contactText")}</p>
        {(Object.entries(shown.contact) as [ChannelName, boolean][]).map(([channel, open]) => (
          <Switch
            key={channel}
            name={t(`preferences.channel.${channel}`)}
            on={open}
            busy={busy}
            onChange={(allow) => onChoose({ channel, allow })}
          />
        ))}
      </fieldset>
      <PlainButton block busy={busy} onClick={() => onChoose({ allow: false })}>
        {t("preferences.nothing")}
      </PlainButton>
    </>
  );
}

interface SwitchProps {
  name: string;
  hint?: string;
  on: boolean;
  busy: boolean;
  onChange: (on: boolean) => void;
}

function Switch({ name, hint, on, busy, onChange }: SwitchProps) {
  return (
    <label className={styles.choice}>
      <span>
        {name}
        {hint && <small className="secondary">{hint}</small>}
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={on}
        aria-checked={on}
        disabled={busy}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}
