import { Lock, Pencil } from "lucide-react";
import { type Ref, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import type { Loaded, Ruled } from "@/api/records";
import type { FieldMeta, ObjectMeta } from "@/api/types";
import { useSaveFields } from "@/objects/edit/useSaveFields";
import { FieldValue } from "@/objects/fields/FieldValue";
import { isBlank } from "@/objects/fields/fieldType";
import { isEditable } from "@/objects/fields/fieldTypes";
import { hasFiles } from "@/objects/files/useFileTarget";
import { MentionAbout } from "@/objects/mention/colleagues";
import { Divided, mayDivide } from "@/objects/record/Divided";
import { InlineEditor } from "@/objects/record/InlineEditor";
import { OriginOf } from "@/objects/record/OriginOf";
import { RequiredMark } from "@/objects/record/RequiredMark";
import { RevealButton, useReveal } from "@/objects/record/Reveal";
import { useRules } from "@/objects/record/useRules";
import { useShortcuts } from "@/ui/shortcuts";
import { useBoxAria } from "@/ui/useBoxAria";
import styles from "./record.module.css";

interface Props {
  object: ObjectMeta;
  loaded: Loaded;
}

/** The first fact that can be edited begins to be, as by a click. */
export const editFirst = (root: Element | null) =>
  root?.querySelector<HTMLElement>("[data-edits]")?.click();

/** The record's fields by group, each edited where it stands; e begins with the first. */
export function Facts(props: Props) {
  const { t } = useTranslation();
  const root = useRef<HTMLDivElement>(null);
  useShortcuts([
    { keys: "e", label: t("shortcuts.anywhereKeys.edit"), run: () => editFirst(root.current) },
  ]);
  return <FactGroups {...props} root={root} tellsOrigins />;
}

interface GroupProps extends Props {
  root?: Ref<HTMLDivElement>;
  /** Whether each fact tells where its value came from. */
  tellsOrigins?: boolean;
}

/** The same without a key of the page, for where it is not the page's record. */
export function FactGroups({ object, loaded, root, tellsOrigins = false }: GroupProps) {
  const rules = useRules(object, loaded.record, noDraft);
  return (
    <MentionAbout value={{ object: object.name, id: loaded.record.id }}>
      <div ref={root} className={styles.facts}>
        {object.groups.map((group) => {
          const fields = group.fields.flatMap((name) => fieldOf(object, name) ?? []);
          if (fields.length === 0) return null;
          return (
            <section key={group.name}>
              {group.label && <h2 className={styles.groupTitle}>{group.label}</h2>}
              <dl className={styles.factList}>
                {fields.map((field) => (
                  <Fact
                    key={field.name}
                    object={object}
                    loaded={loaded}
                    field={field}
                    rule={rules[field.name]}
                    tellsOrigin={tellsOrigins}
                  />
                ))}
              </dl>
            </section>
          );
        })}
      </div>
    </MentionAbout>
  );
}

/** A value is changed where it stands and saved at once: there is no draft but the record. */
const noDraft = {};

interface FactProps extends Props {
  field: FieldMeta;
  rule?: Ruled;
  tellsOrigin: boolean;
}

function Fact({ object, loaded, field: declared, rule, tellsOrigin }: FactProps) {
  const { t } = useTranslation();
  const reveal = useReveal(object, loaded, declared);
  const { field } = reveal;
  const id = useId();
  const box = useRef<HTMLElement>(null);
  // As it was when editing began: what others change meanwhile is not to be overwritten unseen.
  const [editing, setEditing] = useState<Loaded | null>(null);
  const { record } = editing ?? loaded;
  const save = useSaveFields(object);
  const value = reveal.isOpen ? reveal.value : record[field.name];
  const locked = rule?.locked ?? false;
  const required = rule?.required ?? false;
  const why = locked || (required && isBlank(value)) ? rule?.reason : undefined;
  const describedBy = why ? `${id}-why` : undefined;
  useBoxAria(box, { required, describedBy });

  function commit(next: unknown) {
    setEditing(null);
    reveal.close();
    if (next !== value) void save(record, { [field.name]: next }, editing?.etag);
  }

  return (
    <div className={styles.fact}>
      <dt id={id} title={field.help ?? undefined}>
        {field.label}
        {required && <RequiredMark />}
        {tellsOrigin && !isBlank(value) && !field.beyond && (
          <OriginOf object={object} id={record.id} field={field} />
        )}
      </dt>
      <dd ref={box}>
        {editing ? (
          <InlineEditor
            field={field}
            value={value}
            onCommit={commit}
            onCancel={() => setEditing(null)}
          />
        ) : locked ? (
          // biome-ignore lint/a11y/useSemanticElements: a value that is read, with what a box cannot show
          <div
            className={styles.locked}
            role="textbox"
            tabIndex={0}
            aria-readonly
            aria-labelledby={id}
            aria-describedby={describedBy}
          >
            <FieldValue field={field} value={value} record={record} />
            <Lock className={styles.lock} size={13} aria-hidden />
          </div>
        ) : isEditable(field, record) ? (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: the button inside is for keys
          <div
            className={styles.value}
            onClick={() => setEditing(loaded)}
            onDragEnter={(event) => field.type === "file" && hasFiles(event) && setEditing(loaded)}
          >
            <FieldValue field={field} value={value} record={record} />
            <button
              type="button"
              className={styles.edit}
              data-edits
              aria-label={t("record.editField", { field: field.label })}
            >
              <Pencil size={13} aria-hidden />
            </button>
          </div>
        ) : (
          <div className={styles.locked}>
            <FieldValue field={field} value={value} record={record} />
          </div>
        )}
        {!editing && mayDivide(object, field) && isEditable(field, record) && (
          <Divided
            object={object}
            field={field}
            value={value}
            onTake={(parts) => void save(record, parts, loaded.etag)}
          />
        )}
        {!editing && reveal.isOffered && <RevealButton reveal={reveal} />}
        {why && (
          <small id={describedBy} className={styles.why}>
            {why}
          </small>
        )}
      </dd>
    </div>
  );
}
