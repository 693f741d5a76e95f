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

export const choiceOptions = (field: FieldMeta) =>
  (field.choices ?? []).map(({ value, label }) => ({ value, label }));

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
      options={choiceOptions(field)}
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
