import { useTranslation } from "react-i18next";
import { type UserSettings, useUser } from "@/api/session";
import { DisplaySettings } from "@/settings/DisplaySettings";
import { Factors } from "@/settings/Factors";
import { NotificationSettings } from "@/settings/NotificationSettings";
import { PasswordForm } from "@/settings/PasswordForm";
import { Section } from "@/settings/Section";
import { Sessions } from "@/settings/Sessions";
import { Tokens } from "@/settings/Tokens";
import { WorkspaceForm } from "@/settings/WorkspaceForm";
import styles from "./settings.module.css";

interface Props {
  onSave: (settings: UserSettings) => Promise<void>;
}

export function SettingsPage({ onSave }: Props) {
  const { t } = useTranslation();
  const { administer } = useUser();
  return (
    <div className={styles.page}>
      <Section title={t("settings.display")} text={t("settings.displayText")}>
        <DisplaySettings onSave={onSave} />
      </Section>
      <Section title={t("notifications.settings")} text={t("notifications.settingsText")}>
        <NotificationSettings onSave={onSave} />
      </Section>
      <Section title={t("settings.password")}>
        <PasswordForm />
      </Section>
      <Section title={t("factors.title")} text={t("factors.text")}>
        <Factors />
      </Section>
      <Section title={t("sessions.title")} text={t("sessions.text")}>
        <Sessions />
      </Section>
      <Section title={t("tokens.title")} text={t("tokens.text")}>
        <Tokens />
      </Section>
      {administer && (
        <Section title={t("settings.workspace")} text={t("settings.workspaceText")}>
          <WorkspaceForm />
        </Section>
      )}
    </div>
  );
}
