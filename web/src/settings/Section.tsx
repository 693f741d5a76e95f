import type { ReactNode } from "react";
import styles from "./settings.module.css";

interface Props {
  title: string;
  text?: string;
  children: ReactNode;
}

export function Section({ title, text, children }: Props) {
  return (
    <section className={styles.section}>
      <div>
        <h2>{title}</h2>
        {text && <p className="secondary">{text}</p>}
      </div>
      <div className={styles.body}>{children}</div>
    </section>
  );
}
