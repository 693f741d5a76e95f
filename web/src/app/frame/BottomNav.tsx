import { Link } from "@tanstack/react-router";
import { Menu } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useModules } from "@/app/frame/navigation";
import styles from "./frame.module.css";

const MorePlaces = lazy(async () => ({
  default: (await import("@/app/frame/MorePlaces")).MorePlaces,
}));

/** On a phone: the three places used most, and the rest behind one button. */
export function BottomNav() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const modules = useModules().slice(0, 3);
  return (
    <nav className={styles.bottom} aria-label={t("nav.main")}>
      {modules.map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === "/", includeSearch: false }}>
          <Icon size={20} aria-hidden />
          <span className="ellipsis">{label}</span>
        </Link>
      ))}
      <button
        type="button"
        aria-expanded={open}
        onClick={() => {
          setOpen(true);
          setWasOpen(true);
        }}
      >
        <Menu size={20} aria-hidden />
        <span>{t("nav.more")}</span>
      </button>
      {wasOpen && (
        <Suspense fallback={null}>
          <MorePlaces open={open} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </nav>
  );
}
