import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./states.module.css";

interface Props {
  icon: LucideIcon;
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  compact?: boolean;
  /** It is all there is on the page: its title is the page's. */
  page?: boolean;
}

/** Says what belongs here and how to start. */
export function EmptyState({ icon: Icon, title, text, action, compact, page }: Props) {
  const Title = page ? "h1" : "h2";
  return (
    <div className={compact ? styles.compact : styles.state}>
      <span className={styles.icon}>
        <Icon size={compact ? 18 : 22} aria-hidden />
      </span>
      <Title className={styles.title}>{title}</Title>
      {text && <p className={styles.text}>{text}</p>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}
