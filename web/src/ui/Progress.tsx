import { useFormat } from "@/ui/format";
import styles from "./progress.module.css";

interface Props {
  /** How much is done, out of a hundred. */
  percent: number;
  failed?: boolean;
  "aria-label": string;
}

export function Progress({ percent, failed = false, ...rest }: Props) {
  const format = useFormat();
  return (
    <span className={styles.row}>
      <progress
        className={failed ? `${styles.bar} ${styles.failed}` : styles.bar}
        max={100}
        value={percent}
        {...rest}
      />
      <small className="tabular">{format.share(percent / 100)}</small>
    </span>
  );
}
