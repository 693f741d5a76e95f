import { Button, Select } from "antd";
import { Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useObjects } from "@/api/meta";
import type { Condition, Filter, ObjectMeta } from "@/api/types";
import { FilterValue } from "@/objects/filter/FilterValue";
import {
  begin,
  beginningOf,
  beginnings,
  fieldAt,
  ownBeginnings,
} from "@/objects/filter/filterFields";
import { emptyValue } from "@/objects/filter/filterTree";
import {
  type Reading,
  readingOf,
  readingsOf,
  useReadingLabel,
  withReading,
} from "@/objects/filter/operators";
import styles from "./filter.module.css";

export interface RowProps<Part extends Filter> {
  object: ObjectMeta;
  part: Part;
  onChange: (part: Filter) => void;
  onRemove: () => void;
  /** Asks for fields of the record itself, not for those of others. */
  alone?: boolean;
}

/** Field, operator, value: one condition being written. */
export function ConditionRow(props: RowProps<Condition>) {
  const { object, part, onChange } = props;
  const { t } = useTranslation();
  const labelOf = useReadingLabel();
  const field = fieldAt(useObjects(), object, part.field);
  return (
    <RowFrame {...props}>
      {field && (
        <>
          <Select<Reading>
            aria-label={t("filter.operator")}
            value={readingOf(part)}
            options={readingsOf(field).map((value) => ({ value, label: labelOf(value, field) }))}
            onChange={(reading) => onChange(withReading(part, reading, emptyValue(reading)))}
          />
          <FilterValue
            field={field}
            condition={part}
            onChange={(value) => onChange({ ...part, value })}
          />
        </>
      )}
    </RowFrame>
  );
}

/** What the condition is about, the rest of it, and a button to take it away. */
export function RowFrame({
  object,
  part,
  onChange,
  onRemove,
  alone,
  children,
}: RowProps<Filter> & { children: ReactNode }) {
  const { t } = useTranslation();
  const objects = useObjects();
  return (
    <div className={styles.condition}>
      <Select
        aria-label={t("filter.field")}
        value={beginningOf(part)}
        options={alone ? ownBeginnings(object) : beginnings(objects, object, t)}
        popupMatchSelectWidth={280}
        showSearch={{ optionFilterProp: "label" }}
        onChange={(key) => onChange(begin(objects, object, key) ?? part)}
      />
      {children}
      <RemoveButton onClick={onRemove} />
    </div>
  );
}

export function RemoveButton({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <Button
      type="text"
      icon={<Trash2 size={15} />}
      aria-label={t("filter.remove")}
      onClick={onClick}
    />
  );
}
