import { Link } from "@tanstack/react-router";
import { Drawer } from "antd";
import { Menu } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useModules } from "@/app/frame/navigation";
import { ModuleList } from "@/app/frame/Rail";
import styles from "./frame.module.css";

/** On a phone: the three places used most, and the rest behind one button. */
export function BottomNav() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const modules = useModules().slice(0, 3);
  return (
    <nav className={styles.bottom} aria-label={t("nav.main")}>
      {modules.map(({ to, label, icon: Icon }) => (
        <Link key={to} to={to} activeOptions={{ exact: to === "/", includeSearch: false }}>
          <Icon size={20} aria-hidden />
          <span className="ellipsis">{label}</span>
        </Link>
      ))}
      <button type="button" aria-expanded={open} onClick={() => setOpen(true)}>
        <Menu size={20} aria-hidden />
        <span>{t("nav.more")}</span>
      </button>
      <Drawer
        open={open}
        onClose={() => setOpen(false)}
        placement="bottom"
        size="large"
        title={t("nav.more")}
      >
        <ModuleList label={t("nav.more")} onGo={() => setOpen(false)} />
      </Drawer>
    </nav>
  );
}
