import { Avatar, Popover } from "antd";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { useUser } from "@/api/session";
import { initials } from "@/ui/initials";
import styles from "./frame.module.css";

const UserSettings = lazy(async () => ({
  default: (await import("@/app/frame/UserSettings")).UserSettings,
}));

export function UserMenu() {
  const { t } = useTranslation();
  const user = useUser();
  const short = initials(user.full_name || user.username);
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <Suspense fallback={<strong className={styles.menu}>{user.full_name}</strong>}>
          <UserSettings />
        </Suspense>
      }
      destroyOnHidden
    >
      <button
        type="button"
        className={styles.avatar}
        aria-label={`${short} ${user.full_name}, ${t("user.menu")}`}
      >
        <Avatar size={30}>{short}</Avatar>
      </button>
    </Popover>
  );
}
