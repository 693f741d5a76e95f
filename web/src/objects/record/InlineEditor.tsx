import { type FocusEvent, type KeyboardEvent, useRef, useState } from "react";
import type { FieldMeta } from "@/api/types";
import { typeOf } from "@/objects/fields/fieldTypes";

interface Props {
  field: FieldMeta;
  value: unknown;
  onCommit: (value: unknown) => void;
  onCancel: () => void;
}

/** An editor in place of a value: Enter, a pick or leaving it saves, Esc does not. */
export function InlineEditor({ field, value, onCommit, onCancel }: Props) {
  const { Editor, inline } = typeOf(field);
  const [draft, setDraft] = useState(value);
  const done = useRef(false);

  function finish(next: unknown) {
    if (done.current) return;
    done.current = true;
    onCommit(next);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") {
      done.current = true;
      event.stopPropagation();
      onCancel();
    }
    const saves = field.type === "long_text" ? event.ctrlKey || event.metaKey : inline === "text";
    if (event.key === "Enter" && saves) finish(draft);
  }

  function onBlur(event: FocusEvent) {
    const inside = event.currentTarget.contains(event.relatedTarget);
    if (!inside && inline === "text") finish(draft);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble up from the editor inside
    <div onKeyDown={onKeyDown} onBlur={onBlur}>
      <Editor
        field={field}
        value={draft}
        autoFocus
        open={inline === "picker"}
        onChange={(next, final) => {
          setDraft(next);
          if (final) finish(next);
        }}
        onClose={() => finish(draft)}
      />
    </div>
  );
}
