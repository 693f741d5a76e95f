import { useNavigate } from "@tanstack/react-router";
import { App, Button, Segmented } from "antd";
import { LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";
import { signOut, useUser } from "@/api/session";
import type { Density, Theme } from "@/api/types";
import { useSaveSettings } from "@/app/session/useSaveSettings";
import { useErrorText } from "@/ui/errorText";
import { languageNames, languages } from "@/ui/languages";
import styles from "./frame.module.css";

const themes: Theme[] = ["system", "light", "dark"];
const densities: Density[] = ["comfortable", "compact"];

/** Who I am, how it looks to me, and the way out. */
export function UserSettings() {
  const { t, i18n } = useTranslation();
  const user = useUser();
  const navigate = useNavigate();
  const save = useSaveSettings();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const change = (settings: Parameters<typeof save>[0]) =>
    save(settings).catch((error) => message.error(errorText(error)));

  async function leave() {
    const goOn = await signOut();
    if (goOn) location.assign(goOn);
    else await navigate({ to: "/sign-in", reloadDocument: true });
  }

  return (
    <div className={styles.menu}>
      <div>
        <strong>{user.full_name}</strong>
        <div className="secondary">
          {[user.role.label, user.team?.label].filter(Boolean).join(" · ")}
        </div>
      </div>
      <div className={styles.setting}>
        <span>{t("user.language")}</span>
        <Segmented
          block
          aria-label={t("user.language")}
          value={i18n.language}
          options={languages.map((value) => ({ value, label: languageNames[value] }))}
          onChange={(language) => change({ language })}
        />
      </div>
      <div className={styles.setting}>
        <span>{t("user.theme")}</span>
        <Segmented
          block
          aria-label={t("user.theme")}
          value={user.theme}
          options={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
          onChange={(theme) => change({ theme })}
        />
      </div>
      <div className={styles.setting}>
        <span>{t("user.density")}</span>
        <Segmented
          block
          aria-label={t("user.density")}
          value={user.density}
          options={densities.map((value) => ({ value, label: t(`density.${value}`) }))}
          onChange={(density) => change({ density })}
        />
      </div>
      <Button block icon={<LogOut size={16} />} onClick={leave}>
        {t("user.signOut")}
      </Button>
    </div>
  );
}
