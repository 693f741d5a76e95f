import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useObjects } from "@/api/meta";
import { type UserSettings, useUser } from "@/api/session";
import { DisplaySettings } from "@/settings/DisplaySettings";
import { NotificationSettings } from "@/settings/NotificationSettings";
import { PasswordForm } from "@/settings/PasswordForm";
import { Tokens } from "@/settings/Tokens";
import { WorkspaceForm } from "@/settings/WorkspaceForm";
import styles from "./settings.module.css";

interface Props {
  onSave: (settings: UserSettings) => Promise<void>;
}

export function SettingsPage({ onSave }: Props) {
  const { t } = useTranslation();
  const user = useUser();
  return (
    <div className={styles.page}>
      <h1>{t("nav.settings")}</h1>
      <Section title={t("settings.display")} text={t("settings.displayText")}>
        <DisplaySettings onSave={onSave} />
      </Section>
      <Section title={t("notifications.settings")} text={t("notifications.settingsText")}>
        <NotificationSettings onSave={onSave} />
      </Section>
      <Section title={t("settings.password")}>
        <PasswordForm userId={user.id} />
      </Section>
      <Section title={t("tokens.title")} text={t("tokens.text")}>
        <Tokens />
      </Section>
      {user.administer && (
        <Section title={t("settings.workspace")} text={t("settings.workspaceText")}>
          <WorkspaceForm />
        </Section>
      )}
      {user.administer && (
        <Section title={t("settings.people")} text={t("settings.peopleText")}>
          <People />
        </Section>
      )}
    </div>
  );
}

interface SectionProps {
  title: string;
  text?: string;
  children: ReactNode;
}

function Section({ title, text, children }: SectionProps) {
  return (
    <section className={styles.section}>
      <div>
        <h2>{title}</h2>
        {text && <p className="secondary">{text}</p>}
      </div>
      <div className={styles.body}>{children}</div>
    </section>
  );
}

const people = ["user", "team", "territory"];

function People() {
  const objects = useObjects().filter(({ name }) => people.includes(name));
  return (
    <ul className={styles.links}>
      {objects.map(({ path, label_plural }) => (
        <li key={path}>
          <Link to="/$path" params={{ path }}>
            {label_plural}
            <ChevronRight size={16} aria-hidden />
          </Link>
        </li>
      ))}
    </ul>
  );
}
