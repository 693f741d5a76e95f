import { Fragment } from "react";
import { segmentsOf } from "@/objects/mention/mentionText";
import styles from "./mention.module.css";

/** A text with the colleagues it names made to stand out. */
export function MentionText({ text }: { text: string }) {
  let at = 0;
  return segmentsOf(text).map(({ text: read, user }) => {
    const key = at;
    at += read.length;
    return user ? (
      <span key={key} className={styles.name}>
        {read}
      </span>
    ) : (
      <Fragment key={key}>{read}</Fragment>
    );
  });
}
