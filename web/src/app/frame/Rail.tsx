import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Tooltip } from "antd";
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSession } from "@/api/session";
import { pinnedViewsQuery } from "@/api/views";
import { type Module, useModules } from "@/app/frame/navigation";
import { PlaceIcon } from "@/app/frame/PlaceIcon";
import styles from "./frame.module.css";

interface Props {
  collapsed: boolean;
  onToggle: () => void;
}

export function Rail({ collapsed, onToggle }: Props) {
  const { t } = useTranslation();
  const { workspace } = useSession();
  const label = collapsed ? t("nav.expand") : t("nav.collapse");
  const Icon = collapsed ? PanelLeftOpen : PanelLeftClose;
  return (
    <div className={styles.rail}>
      <Link to="/" className={styles.brand} title={workspace?.name}>
        <img src="/favicon.svg" alt="" width={26} height={26} />
        <span className="ellipsis">{workspace?.name || t("app.name")}</span>
      </Link>
      <ModuleList label={t("nav.main")} collapsed={collapsed} />
      <button type="button" className={styles.module} onClick={onToggle} aria-label={label}>
        <Icon size={18} aria-hidden />
        <span className="ellipsis">{label}</span>
      </button>
    </div>
  );
}

interface ModuleListProps {
  label: string;
  collapsed?: boolean;
  onGo?: () => void;
}

export function ModuleList({ label, collapsed = false, onGo }: ModuleListProps) {
  const modules = useModules();
  return (
    <nav className={styles.modules} aria-label={label}>
      {modules.map((module, index) => {
        const startsSection = module.section && module.section !== modules[index - 1]?.section;
        return (
          <div key={module.to}>
            {startsSection && <h2 className={styles.section}>{module.section}</h2>}
            <ModuleLink module={module} collapsed={collapsed} onGo={onGo} />
            {!collapsed && <PinnedViews module={module} onGo={onGo} />}
          </div>
        );
      })}
    </nav>
  );
}

interface ModuleLinkProps {
  module: Module;
  collapsed: boolean;
  onGo?: () => void;
}

function ModuleLink({ module, collapsed, onGo }: ModuleLinkProps) {
  const { to, label } = module;
  return (
    <Tooltip title={collapsed ? label : ""} placement="right">
      <Link
        to={to}
        className={styles.module}
        activeOptions={{ exact: to === "/", includeSearch: false }}
        aria-label={collapsed ? label : undefined}
        onClick={onGo}
      >
        <PlaceIcon module={module} size={18} />
        <span className="ellipsis">{label}</span>
      </Link>
    </Tooltip>
  );
}

function PinnedViews({ module, onGo }: { module: Module; onGo?: () => void }) {
  const { data = [] } = useQuery({ ...pinnedViewsQuery, enabled: module.object !== undefined });
  const views = data.filter(({ object }) => object === module.object);
  return views.map(({ id, name }) => (
    <Link
      key={id}
      to={module.to}
      search={{ view: id }}
      className={styles.pinned}
      activeOptions={{ exact: true, includeSearch: true }}
      title={name}
      onClick={onGo}
    >
      <span className="ellipsis">{name}</span>
    </Link>
  ));
}
