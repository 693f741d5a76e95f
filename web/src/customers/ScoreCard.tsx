import type { ReactNode } from "react";
import { fieldOf } from "@/api/meta";
import type { ObjectMeta, RecordRow } from "@/api/types";
import { FieldValue } from "@/objects/fields/FieldValue";
import { isBlank } from "@/objects/fields/fieldType";
import styles from "./scores.module.css";

interface ScoreFactsProps {
  object: ObjectMeta;
  current: Record<string, unknown>;
  names: string[];
}

/** Fields of the score with the labels lists give them; what is unknown is left out. */
export function ScoreFacts({ object, current, names }: ScoreFactsProps) {
  const shown = names.flatMap((name) => {
    const field = fieldOf(object, name);
    return field && !isBlank(current[name]) ? [field] : [];
  });
  if (shown.length === 0) return null;
  return (
    <dl className={styles.facts}>
      {shown.map((field) => (
        <div key={field.name}>
          <dt>{field.label}</dt>
          <dd>
            <FieldValue field={field} value={current[field.name]} record={current as RecordRow} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Card({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.card}>
      <h2 className={styles.title}>{title}</h2>
      <div className={styles.box}>{children}</div>
    </section>
  );
}
