import type { ReactNode } from "react";
import styles from "./chip.module.css";

const named = new Set(
  "blue purple cyan green magenta pink red orange yellow volcano geekblue gold lime".split(" "),
);

function cssColor(color: string | null | undefined) {
  if (!color) return "var(--ant-color-text-quaternary)";
  return named.has(color) ? `var(--ant-${color}-6, ${color})` : color;
}

/** A value from a short list: a dot in its colour on a soft ground, readable in both themes. */
export function Chip({ color, children }: { color?: string | null; children: ReactNode }) {
  const style = { "--chip": cssColor(color) } as React.CSSProperties;
  return (
    <span className={styles.chip} style={style}>
      <span className="ellipsis">{children}</span>
    </span>
  );
}
