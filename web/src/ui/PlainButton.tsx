import type { AnchorHTMLAttributes, ButtonHTMLAttributes } from "react";
import styles from "./plainButton.module.css";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "primary" | "default" | "link";
  busy?: boolean;
  /** As wide and high as the fields of a form. */
  block?: boolean;
}

/** A button of what comes before the frame, which does without the large one of the library. */
export function PlainButton({
  look = "default",
  busy = false,
  block = false,
  type = "button",
  disabled,
  className = "",
  ...rest
}: Props) {
  return (
    <button
      type={type}
      disabled={disabled || busy}
      aria-busy={busy}
      className={`${styles.button} ${styles[look]} ${block ? styles.block : ""} ${className}`}
      {...rest}
    />
  );
}

/** A link that looks as such a button. */
export function PlainLink(props: AnchorHTMLAttributes<HTMLAnchorElement>) {
  return <a className={`${styles.button} ${styles.block}`} {...props} />;
}
