import { type KeyboardEvent, useRef, useState } from "react";
import type { FieldMeta } from "@/api/types";
import { typeOf } from "@/objects/fields/fieldTypes";
import styles from "./grid.module.css";

interface Props {
  field: FieldMeta;
  value: unknown;
  onCommit: (value: unknown) => void;
  onCancel: () => void;
}

/** The editor of a choice, date, link… over its cell: one pick saves, closing a list of several saves them. */
export function CellPicker({ field, value, onCommit, onCancel }: Props) {
  const { Editor } = typeOf(field);
  const [draft, setDraft] = useState(value);
  const done = useRef(false);

  function finish(next: unknown) {
    if (done.current) return;
    done.current = true;
    if (next === value) onCancel();
    else onCommit(next);
  }

  function onKeyDown(event: KeyboardEvent) {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") {
      done.current = true;
      onCancel();
    }
    const saves = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (event.key === "Tab" || saves) {
      event.preventDefault();
      finish(draft);
    }
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble up from the editor inside
    <div className={styles.picker} onKeyDown={onKeyDown}>
      <Editor
        field={field}
        value={draft}
        autoFocus
        open
        onChange={(next, final) => {
          setDraft(next);
          if (final) finish(next);
        }}
        onClose={() => finish(draft)}
      />
    </div>
  );
}
