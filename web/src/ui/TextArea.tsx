import { Input } from "antd";
import type { ComponentProps } from "react";
import styles from "./textArea.module.css";

/** Grows with its text by CSS alone: antd's autoSize writes a style attribute, which the page's policy refuses. */
export function TextArea(props: ComponentProps<typeof Input.TextArea>) {
  return (
    <Input.TextArea rows={3} {...props} className={`${styles.grow} ${props.className ?? ""}`} />
  );
}
