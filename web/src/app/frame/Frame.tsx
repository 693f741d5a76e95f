import { Outlet } from "@tanstack/react-router";
import { App as AntdApp } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useUser } from "@/api/session";
import { BottomNav } from "@/app/frame/BottomNav";
import { Patience } from "@/app/frame/Patience";
import { Rail } from "@/app/frame/Rail";
import { TopBar } from "@/app/frame/TopBar";
import { useSaveSettings } from "@/app/session/useSaveSettings";
import { useLive } from "@/app/useLive";
import { CustomerContactNote } from "@/customers/CustomerContactNote";
import { ContactNote } from "@/objects/fields/contactNote";
import styles from "./frame.module.css";

export function Frame() {
  const { t } = useTranslation();
  const { preferences } = useUser();
  const save = useSaveSettings();
  useLive();
  const [collapsed, setCollapsed] = useState(preferences.rail === "collapsed");

  function toggle() {
    setCollapsed(!collapsed);
    save({ preferences: { ...preferences, rail: collapsed ? "open" : "collapsed" } });
  }

  return (
    <AntdApp className={styles.app} notification={{ placement: "bottom", maxCount: 3 }}>
      <Patience />
      <a className={styles.skip} href="#content">
        {t("app.skip")}
      </a>
      <div className={styles.frame} data-collapsed={collapsed}>
        <Rail collapsed={collapsed} onToggle={toggle} />
        <div className={styles.main}>
          <TopBar />
          <main id="content" className={styles.content} tabIndex={-1}>
            <ContactNote value={CustomerContactNote}>
              <Outlet />
            </ContactNote>
          </main>
          <BottomNav />
        </div>
      </div>
    </AntdApp>
  );
}
