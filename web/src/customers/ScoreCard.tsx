import type { ReactNode } from "react";
import { fieldOf } from "@/api/meta";
import type { CountedRecords, FieldMeta, ObjectMeta, RecordRow } from "@/api/types";
import type { Scores } from "@/customers/customerApi";
import { FieldValue } from "@/objects/fields/FieldValue";
import { isBlank } from "@/objects/fields/fieldType";
import { RecordsLink } from "@/objects/list/RecordsLink";
import styles from "./scores.module.css";

interface ScoreFactsProps {
  object: ObjectMeta;
  current: Record<string, unknown>;
  records: Scores["records"];
  names: string[];
}

/** Fields of the score with the labels lists give them; what is unknown is left out. Each opens what it is made of. */
export function ScoreFacts({ object, current, records, names }: ScoreFactsProps) {
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
            <Figure current={current} field={field} records={records[field.name]} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

interface FigureProps {
  current: Record<string, unknown>;
  field: FieldMeta;
  records: CountedRecords | undefined;
}

/** Several orders on one day are one purchase: a link to more of them than it shows says how many. */
function Figure({ current, field, records }: FigureProps) {
  const value = current[field.name];
  const shown = <FieldValue field={field} value={value} record={current as RecordRow} />;
  if (!records) return shown;
  return (
    <RecordsLink records={records}>
      {shown}
      {field.name === "purchases" && records.count !== value && <small> ({records.label})</small>}
    </RecordsLink>
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
