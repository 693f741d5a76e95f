import { fieldOf } from "@/api/meta";
import type { Values } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { typeOf } from "@/objects/fields/fieldTypes";
import styles from "./timeline.module.css";

interface Props {
  object: ObjectMeta;
  names: string[];
  values: Values;
  /** Shown until something else is chosen. */
  given: Values;
  onChange: (name: string, value: unknown) => void;
}

/** The few further fields of a contact or task, with the editors lists and forms use. */
export function ComposerFields({ object, names, values, given, onChange }: Props) {
  return (
    <div className={styles.composerFields}>
      {names.map((name) => {
        const field = fieldOf(object, name);
        if (!field || field.read_only) return null;
        const { Editor } = typeOf(field);
        return (
          <div key={name} className={styles.composerField}>
            <small className="secondary" aria-hidden>
              {field.label}
            </small>
            <Editor
              field={field}
              value={values[name] ?? given[name] ?? null}
              onChange={(value) => onChange(name, value)}
            />
          </div>
        );
      })}
    </div>
  );
}
