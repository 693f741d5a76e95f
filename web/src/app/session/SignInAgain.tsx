/** A session that ends in the middle of work: sign in over the page; the request that failed is then sent again. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { onSignedOut } from "@/api/client";
import { readSession, sessionQuery, signedInElsewhere } from "@/api/session";
import type { Session } from "@/api/types";
import { SignInForm } from "@/app/session/SignInForm";
import styles from "./session.module.css";

interface Waiting {
  promise: Promise<void>;
  resolve: () => void;
}

export function SignInAgain() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const waiting = useRef<Waiting | null>(null);
  const [username, setUsername] = useState<string | null>(null);
  const [session, setSession] = useState<Session>();

  useEffect(() => {
    onSignedOut(() => {
      if (!waiting.current) {
        waiting.current = Promise.withResolvers<void>();
        setUsername(client.getQueryData(sessionQuery.queryKey)?.user?.username ?? "");
        dialog.current?.showModal();
        void readSession().then(setSession, () => undefined);
      }
      return waiting.current.promise;
    });
    return () => onSignedOut(null);
  }, [client]);

  function goOn(session: Session) {
    const sameUser = session.user?.username === username;
    if (!sameUser) location.reload();
    client.setQueryData(sessionQuery.queryKey, session);
    dialog.current?.close();
    waiting.current?.resolve();
    waiting.current = null;
    setUsername(null);
    setSession(undefined);
  }

  /** Whether a provider has let them in by now, in another tab. */
  const look = useEffectEvent(() => {
    if (!waiting.current) return;
    const goOnIfIn = (found: Session) => found.user && waiting.current && goOn(found);
    void readSession().then(goOnIfIn, () => undefined);
  });
  useEffect(() => {
    const hear = () => look();
    const done = signedInElsewhere();
    done.addEventListener("message", hear);
    document.addEventListener("visibilitychange", hear);
    return () => {
      done.close();
      document.removeEventListener("visibilitychange", hear);
    };
  }, []);

  return (
    <dialog
      ref={dialog}
      className={styles.again}
      aria-labelledby="sign-in-again"
      onCancel={(event) => event.preventDefault()}
    >
      {username !== null && (
        <>
          <h2 id="sign-in-again">{t("signIn.again.title")}</h2>
          <p className="secondary">{t("signIn.again.text")}</p>
          <SignInForm onSignedIn={goOn} username={username} session={session} />
        </>
      )}
    </dialog>
  );
}
