import { Button, Select } from "antd";
import { Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import type { Condition, ObjectMeta } from "@/api/types";
import { FilterValue } from "@/objects/filter/FilterValue";
import { emptyValue, newCondition } from "@/objects/filter/filterTree";
import {
  type Reading,
  readingOf,
  readingsOf,
  useReadingLabel,
  withReading,
} from "@/objects/filter/operators";
import styles from "./filter.module.css";

interface Props {
  object: ObjectMeta;
  condition: Condition;
  onChange: (condition: Condition) => void;
  onRemove: () => void;
}

/** Field, operator, value: one condition being written. */
export function ConditionRow({ object, condition, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const labelOf = useReadingLabel();
  const field = fieldOf(object, condition.field);

  function chooseField(name: string) {
    const chosen = fieldOf(object, name);
    if (chosen) onChange(newCondition(chosen));
  }

  return (
    <div className={styles.condition}>
      <Select
        aria-label={t("filter.field")}
        value={condition.field}
        options={fieldOptions(object)}
        showSearch={{ optionFilterProp: "label" }}
        onChange={chooseField}
      />
      {field && (
        <>
          <Select<Reading>
            aria-label={t("filter.operator")}
            value={readingOf(condition)}
            options={readingsOf(field).map((value) => ({ value, label: labelOf(value, field) }))}
            onChange={(reading) => onChange(withReading(condition, reading, emptyValue(reading)))}
          />
          <FilterValue
            field={field}
            condition={condition}
            onChange={(value) => onChange({ ...condition, value })}
          />
        </>
      )}
      <Button
        type="text"
        icon={<Trash2 size={15} />}
        aria-label={t("filter.remove")}
        onClick={onRemove}
      />
    </div>
  );
}

export const filterableFields = (object: ObjectMeta) =>
  object.fields.filter((field) => field.filterable && field.operators.length > 0);

export const fieldOptions = (object: ObjectMeta) =>
  filterableFields(object).map(({ name, label }) => ({ value: name, label }));
