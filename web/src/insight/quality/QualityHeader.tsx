import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useObject } from "@/api/meta";
import styles from "./quality.module.css";

interface Props {
  children?: ReactNode;
}

const pages = [
  { to: "/data-quality", label: "quality.measures", merging: false },
  { to: "/data-quality/duplicates", label: "duplicates.title", merging: true },
] as const;

/** The name of the place, and the ways between its pages; the queue is for who may merge. */
export function QualityHeader({ children }: Props) {
  const { t } = useTranslation();
  const mayMerge = useObject("customer").can.includes("merge");
  return (
    <header className={styles.header}>
      <h1>{t("nav.dataQuality")}</h1>
      <nav className={styles.tabs} aria-label={t("nav.dataQuality")}>
        {pages
          .filter(({ merging }) => mayMerge || !merging)
          .map(({ to, label }) => (
            <Link key={to} to={to} activeOptions={{ exact: true, includeSearch: false }}>
              {t(label)}
            </Link>
          ))}
      </nav>
      <div className={styles.aside}>{children}</div>
    </header>
  );
}
