import { CommandPalette } from "@/app/frame/CommandPalette";
import { JobsBell } from "@/app/frame/JobsBell";
import { UserMenu } from "@/app/frame/UserMenu";
import styles from "./frame.module.css";

export function TopBar() {
  return (
    <header className={styles.bar}>
      <CommandPalette />
      <div className={styles.tools}>
        <JobsBell />
        <UserMenu />
      </div>
    </header>
  );
}
