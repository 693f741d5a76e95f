import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { useUser } from "@/api/session";
import styles from "./settings.module.css";

/** What is administered as any other list: made, renamed, nested, put in the bin and taken out. */
const ordinary = ["team", "territory", "purpose", "consent_text", "processing_activity"];

/** One's own pages of the settings; the others are for administrators. */
export function SettingsFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { administer } = useUser();
  const objects = useObjects();
  const own: { to: LinkProps["to"]; label: string }[] = [
    { to: "/settings", label: t("settings.mine") },
    { to: "/settings/snippets", label: t("snippets.title") },
  ];
  const administered: typeof own = [
    { to: "/settings/people", label: t("people.title") },
    { to: "/settings/roles", label: t("roles.title") },
    { to: "/settings/providers", label: t("providers.title") },
    { to: "/settings/webhooks", label: t("webhooks.title") },
    { to: "/settings/objects", label: t("objects.title") },
    { to: "/settings/fields", label: t("fields.title") },
    { to: "/settings/classifications", label: t("classifications.title") },
    { to: "/settings/layouts", label: t("layouts.title") },
    { to: "/settings/privacy", label: t("privacySettings.title") },
    { to: "/settings/retention", label: t("retention.title") },
    { to: "/settings/audit", label: t("audit.title") },
  ];
  return (
    <div className={styles.frame}>
      <h1>{t("nav.settings")}</h1>
      <nav className={styles.pages} aria-label={t("settings.nav")}>
        {[...own, ...(administer ? administered : [])].map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: to === "/settings", includeSearch: false }}
          >
            {label}
          </Link>
        ))}
        {ordinary.map((name) => {
          const object = administer && findObject(objects, name);
          return (
            object && (
              <Link key={name} to="/$path" params={{ path: object.path }}>
                {object.label_plural}
              </Link>
            )
          );
        })}
      </nav>
      {children}
    </div>
  );
}
