import { Checkbox } from "antd";
import { Check, Minus } from "lucide-react";
import { useTranslation } from "react-i18next";
import {
  type DisplayProps,
  type EditorProps,
  type FieldType,
  isBlank,
} from "@/objects/fields/fieldType";
import styles from "./fields.module.css";

function BooleanDisplay({ value }: DisplayProps) {
  const { t } = useTranslation();
  if (isBlank(value)) return null;
  const Icon = value ? Check : Minus;
  return (
    <span className={styles.boolean}>
      <Icon size={16} aria-label={value ? t("common.yes") : t("common.no")} />
    </span>
  );
}

function BooleanEditor({ id, value, field, onChange, autoFocus }: EditorProps) {
  return (
    <Checkbox
      id={id}
      aria-label={field.label}
      checked={value === true}
      autoFocus={autoFocus}
      onChange={(event) => onChange(event.target.checked, true)}
    />
  );
}

export const booleanType: FieldType = {
  Display: BooleanDisplay,
  Editor: BooleanEditor,
  inline: "toggle",
  width: 90,
  toText: (value) => (isBlank(value) ? "" : value ? "✓" : "–"),
};
