import { type ReactNode, useId } from "react";
import styles from "./fields.module.css";

interface Props {
  label: string;
  hint?: string;
  error?: string;
  children: (id: string) => ReactNode;
}

/** A labelled box with what is wrong with it, or else what it is for. */
export function Labelled({ label, hint, error, children }: Props) {
  const id = useId();
  return (
    <div className={styles.labelled}>
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {error ? (
        <small className={styles.problem} role="alert">
          {error}
        </small>
      ) : (
        hint && <small className="secondary">{hint}</small>
      )}
    </div>
  );
}
