import { App, Segmented, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { type UserSettings, useSession, useUser } from "@/api/session";
import type { Density, Theme } from "@/api/types";
import { useErrorText } from "@/ui/errorText";
import { languageNames, languages } from "@/ui/languages";
import styles from "./settings.module.css";

const themes: Theme[] = ["system", "light", "dark"];
const densities: Density[] = ["comfortable", "compact"];
const zones = Intl.supportedValuesOf("timeZone").map((value) => ({ value, label: value }));

interface Props {
  onSave: (settings: UserSettings) => Promise<void>;
}

/** Each setting holds from the moment it is picked. */
export function DisplaySettings({ onSave }: Props) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const user = useUser();
  const { workspace } = useSession();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const change = (settings: UserSettings) =>
    onSave(settings).catch((error) => message.error(errorText(error)));

  return (
    <div className={styles.form}>
      <label htmlFor={`${id}-language`}>{t("user.language")}</label>
      <Select
        id={`${id}-language`}
        value={i18n.language}
        options={languages.map((value) => ({ value, label: languageNames[value] }))}
        onChange={(language) => change({ language })}
      />
      <label htmlFor={`${id}-zone`}>{t("setUp.timeZone")}</label>
      <Select
        id={`${id}-zone`}
        showSearch
        value={user.time_zone || null}
        placeholder={workspace?.time_zone}
        options={zones}
        onChange={(time_zone) => change({ time_zone: time_zone ?? "" })}
      />
      <span>{t("user.theme")}</span>
      <Segmented
        block
        aria-label={t("user.theme")}
        value={user.theme}
        options={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
        onChange={(theme) => change({ theme })}
      />
      <span>{t("user.density")}</span>
      <Segmented
        block
        aria-label={t("user.density")}
        value={user.density}
        options={densities.map((value) => ({ value, label: t(`density.${value}`) }))}
        onChange={(density) => change({ density })}
      />
    </div>
  );
}
