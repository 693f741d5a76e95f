import { Select } from "antd";
import type { FieldMeta } from "@/api/types";
import {
  asString,
  type DisplayProps,
  type EditorProps,
  type FieldType,
  isBlank,
} from "@/objects/fields/fieldType";
import { Chip } from "@/ui/Chip";
import styles from "./fields.module.css";

const choiceOf = (field: FieldMeta, value: unknown) =>
  field.choices?.find((choice) => choice.value === value);

const labelOf = (field: FieldMeta, value: unknown) =>
  choiceOf(field, value)?.label ?? asString(value);

/** What can be picked: of choices no longer offered only those picked before. */
export const choiceOptions = (field: FieldMeta, picked: readonly unknown[] = []) =>
  (field.choices ?? [])
    .filter(({ value, archived }) => !archived || picked.includes(value))
    .map(({ value, label }) => ({ value, label }));

const toOptions = (field: FieldMeta, value: unknown) =>
  choiceOptions(field, Array.isArray(value) ? value : [value]);

const valuesOf = (value: unknown) => (Array.isArray(value) ? (value as string[]) : []);

function ChoiceDisplay({ value, field }: DisplayProps) {
  if (isBlank(value)) return null;
  return <Chip color={choiceOf(field, value)?.color}>{labelOf(field, value)}</Chip>;
}

function MultiChoiceDisplay({ value, field }: DisplayProps) {
  return (
    <span className={styles.chips}>
      {valuesOf(value).map((one) => (
        <Chip key={one} color={choiceOf(field, one)?.color}>
          {labelOf(field, one)}
        </Chip>
      ))}
    </span>
  );
}

function ChoiceEditor({ id, value, field, onChange, onClose, ...rest }: EditorProps) {
  const multiple = field.type === "multi_choice";
  return (
    <Select
      id={id}
      className={styles.full}
      aria-label={field.label}
      mode={multiple ? "multiple" : undefined}
      value={multiple ? valuesOf(value) : ((value as string) ?? null)}
      options={toOptions(field, value)}
      showSearch={{ optionFilterProp: "label" }}
      allowClear={!field.required}
      autoFocus={rest.autoFocus}
      defaultOpen={rest.open}
      status={rest.invalid ? "error" : undefined}
      onChange={(next) => onChange(next ?? null, !multiple)}
      onOpenChange={(open) => open || onClose?.()}
    />
  );
}

export const choiceType: FieldType = {
  Display: ChoiceDisplay,
  Editor: ChoiceEditor,
  inline: "picker",
  width: 130,
  toText: (value, field) => labelOf(field, value),
};

export const multiChoiceType: FieldType = {
  Display: MultiChoiceDisplay,
  Editor: ChoiceEditor,
  inline: "picker",
  width: 180,
  toText: (value, field) =>
    valuesOf(value)
      .map((one) => labelOf(field, one))
      .join(", "),
  toWire: valuesOf,
};
