import { Fingerprint } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { hasPasskeys, signInByPasskey } from "@/api/factors";
import type { Session } from "@/api/types";
import { useErrorText } from "@/ui/errorText";
import { PlainButton } from "@/ui/PlainButton";

interface Props {
  disabled?: boolean;
  onSignedIn: (session: Session) => void;
  onProblem: (text: string) => void;
}

export function PasskeyButton({ disabled = false, onSignedIn, onProblem }: Props) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  if (!hasPasskeys()) return null;

  async function enter() {
    setBusy(true);
    onProblem("");
    try {
      onSignedIn(await signInByPasskey());
    } catch (error) {
      // The browser says in a hundred ways that somebody closed its dialog.
      onProblem(error instanceof ApiError ? errorText(error) : t("prove.failed"));
    } finally {
      setBusy(false);
    }
  }

  return (
    <PlainButton block busy={busy} disabled={disabled} onClick={enter}>
      <Fingerprint size={16} aria-hidden />
      {t("prove.passkey")}
    </PlainButton>
  );
}
