import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useUser } from "@/api/session";
import styles from "./settings.module.css";

/** The pages of the settings beside one's own are for administrators. */
export function SettingsFrame({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const { administer } = useUser();
  const pages: { to: LinkProps["to"]; label: string }[] = [
    { to: "/settings", label: t("settings.mine") },
    { to: "/settings/people", label: t("people.title") },
    { to: "/settings/roles", label: t("roles.title") },
    { to: "/settings/webhooks", label: t("webhooks.title") },
    { to: "/settings/fields", label: t("fields.title") },
    { to: "/settings/audit", label: t("audit.title") },
  ];
  return (
    <div className={styles.frame}>
      <h1>{t("nav.settings")}</h1>
      {administer && (
        <nav className={styles.pages} aria-label={t("settings.nav")}>
          {pages.map(({ to, label }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: to === "/settings", includeSearch: false }}
            >
              {label}
            </Link>
          ))}
        </nav>
      )}
      {children}
    </div>
  );
}
