import { useFormat } from "@/ui/format";
import styles from "./quality.module.css";

/** A share as a bar and in figures. */
export function Share({ value, label }: { value: number | null; label: string }) {
  const format = useFormat();
  if (value === null) return <span className="secondary">–</span>;
  return (
    <span className={styles.share}>
      <meter min={0} max={1} value={value} aria-label={label} />
      <span className="tabular">{format.share(value)}</span>
    </span>
  );
}
