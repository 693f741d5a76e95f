import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import { findObject, useObjects } from "@/api/meta";
import type { TagValue } from "@/api/types";
import type { DisplayProps, EditorProps, FieldType } from "@/objects/fields/fieldType";
import { useLookup } from "@/objects/fields/LinkField";
import { Chip } from "@/ui/Chip";
import styles from "./fields.module.css";

const asTags = (value: unknown) => (Array.isArray(value) ? (value as TagValue[]) : []);

function TagsDisplay({ value, plain }: DisplayProps) {
  return (
    <span className={styles.chips} data-plain={plain}>
      {asTags(value).map((tag) => (
        <Chip key={tag.id} color={tag.color}>
          {tag.label}
        </Chip>
      ))}
    </span>
  );
}

function TagsEditor({ id, value, field, onChange, onClose, ...rest }: EditorProps) {
  const object = findObject(useObjects(), field.target ?? "tag");
  const [text, setText] = useState("");
  const { found, isFetching } = useLookup(object, useDeferredValue(text));
  const chosen = asTags(value);
  const known = [...chosen, ...found.filter((tag) => !chosen.some(({ id }) => id === tag.id))];
  return (
    <Select
      id={id}
      className={styles.full}
      aria-label={field.label}
      mode="multiple"
      value={chosen.map((tag) => tag.id)}
      options={known.map((tag) => ({ value: tag.id, label: tag.label }))}
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={isFetching}
      autoFocus={rest.autoFocus}
      defaultOpen={rest.open}
      status={rest.invalid ? "error" : undefined}
      onChange={(ids: string[]) => onChange(known.filter((tag) => ids.includes(tag.id)))}
      onOpenChange={(open) => open || onClose?.()}
    />
  );
}

export const tagsType: FieldType = {
  Display: TagsDisplay,
  Editor: TagsEditor,
  inline: "picker",
  width: 180,
  toText: (value) =>
    asTags(value)
      .map((tag) => tag.label)
      .join(", "),
  toWire: (value) => asTags(value).map((tag) => tag.id),
};
