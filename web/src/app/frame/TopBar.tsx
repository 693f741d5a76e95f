import { useState } from "react";
import { Bell } from "@/app/frame/Bell";
import { CommandPalette } from "@/app/frame/CommandPalette";
import { UserMenu } from "@/app/frame/UserMenu";
import styles from "./frame.module.css";

export function TopBar() {
  const [inbox, setInbox] = useState(false);
  return (
    <header className={styles.bar}>
      <CommandPalette onInbox={() => setInbox(true)} />
      <div className={styles.tools}>
        <Bell open={inbox} onOpen={setInbox} />
        <UserMenu />
      </div>
    </header>
  );
}
