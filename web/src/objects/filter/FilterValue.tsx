import { Input, InputNumber, Segmented, Select } from "antd";
import dayjs from "dayjs";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import type { Condition, FieldMeta, LinkValue } from "@/api/types";
import { choiceOptions } from "@/objects/fields/ChoiceField";
import { useLookup } from "@/objects/fields/LinkField";
import { linkedBy, useLinkNames } from "@/objects/filter/filterText";
import { daysOf, daysValue, periods, readingOf } from "@/objects/filter/operators";
import { DatePicker } from "@/ui/DatePicker";
import styles from "./filter.module.css";

interface Props {
  field: FieldMeta;
  condition: Condition;
  onChange: (value: unknown) => void;
}

/** The box for a condition's value, by the field's type and the operator. */
export function FilterValue({ field, condition, onChange }: Props) {
  const { t } = useTranslation();
  const { op, value } = condition;
  if (op === "empty" || op === "not_empty") return null;
  const days = daysOf(condition);
  if (days !== null) {
    return (
      <InputNumber
        min={1}
        max={36500}
        precision={0}
        aria-label={t("filter.days")}
        suffix={t("filter.days")}
        value={days}
        onChange={(next) => onChange(daysValue(readingOf(condition), next ?? 1))}
      />
    );
  }
  if (op === "in_period") return <PeriodValue value={value} onChange={onChange} />;
  if (op === "between") return <RangeValue field={field} value={value} onChange={onChange} />;
  if (op === "in" || op === "not_in") {
    return <ManyValue field={field} value={value} onChange={onChange} />;
  }
  return <OneValue field={field} value={value} onChange={onChange} />;
}

interface ValueProps {
  field: FieldMeta;
  value: unknown;
  onChange: (value: unknown) => void;
}

function PeriodValue({ value, onChange }: Omit<ValueProps, "field">) {
  const { t } = useTranslation();
  const chosen = (value as { relative?: string } | null)?.relative;
  return (
    <Select
      aria-label={t("filter.value")}
      value={chosen}
      options={periods.map((period) => ({ value: period, label: t(`filter.period.${period}`) }))}
      onChange={(relative) => onChange({ relative })}
    />
  );
}

const numeric = new Set(["number", "decimal", "float", "money", "percent", "score"]);

function OneValue({ field, value, onChange }: ValueProps) {
  const { t } = useTranslation();
  const label = t("filter.value");
  if (field.type === "boolean") {
    return (
      <Segmented
        aria-label={label}
        value={value === true ? "yes" : value === false ? "no" : undefined}
        options={[
          { value: "yes", label: t("common.yes") },
          { value: "no", label: t("common.no") },
        ]}
        onChange={(chosen) => onChange(chosen === "yes")}
      />
    );
  }
  if (field.type === "date" || field.type === "datetime") {
    return (
      <DatePicker
        aria-label={label}
        value={typeof value === "string" ? dayjs(value) : null}
        onChange={(date) => onChange(date?.format("YYYY-MM-DD") ?? null)}
      />
    );
  }
  if (numeric.has(field.type)) {
    const isShare = field.type === "score";
    const shown = value === null || value === undefined ? null : Number(value);
    return (
      <InputNumber
        aria-label={label}
        suffix={isShare ? "%" : undefined}
        value={isShare && shown !== null ? Math.round(shown * 1000) / 10 : shown}
        onChange={(next) => onChange(next === null ? null : isShare ? next / 100 : next)}
      />
    );
  }
  return (
    <Input
      type={field.type === "time" ? "time" : undefined}
      aria-label={label}
      value={typeof value === "string" ? value : ""}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function RangeValue({ field, value, onChange }: ValueProps) {
  const [low, high] = Array.isArray(value) ? value : [null, null];
  return (
    <span className={styles.range}>
      <OneValue field={field} value={low} onChange={(next) => onChange([next, high])} />
      <span aria-hidden>–</span>
      <OneValue field={field} value={high} onChange={(next) => onChange([low, next])} />
    </span>
  );
}

function ManyValue({ field, value, onChange }: ValueProps) {
  const { t } = useTranslation();
  const chosen = Array.isArray(value) ? (value as string[]) : [];
  if (field.type === "link" || field.type === "tags") {
    return <ManyLinks field={field} chosen={chosen} onChange={onChange} />;
  }
  return (
    <Select
      mode={field.choices ? "multiple" : "tags"}
      aria-label={t("filter.value")}
      className={styles.many}
      value={chosen}
      options={choiceOptions(
        field,
        field.choices?.map(({ value }) => value),
      )}
      showSearch={{ optionFilterProp: "label" }}
      onChange={onChange}
    />
  );
}

interface ManyLinksProps {
  field: FieldMeta;
  chosen: string[];
  onChange: (value: unknown) => void;
}

function ManyLinks({ field, chosen, onChange }: ManyLinksProps) {
  const { t } = useTranslation();
  const objects = useObjects();
  const object = findObject(objects, field.target ?? (field.type === "tags" ? "tag" : ""));
  const [text, setText] = useState("");
  const { found, isFetching } = useLookup(object, useDeferredValue(text));
  const known = useLinkNames(linkedBy(objects, field, chosen));
  const own = field.target === "user" ? ["me", "my_team"] : [];
  const options = [
    ...own.map((id) => ({ value: id, label: t(`filter.${id as "me" | "my_team"}`) })),
    ...known.filter(({ id }) => !found.some((one) => one.id === id)).map(toOption),
    ...found.map(toOption),
  ];
  return (
    <Select
      mode="multiple"
      aria-label={t("filter.value")}
      className={styles.many}
      value={chosen}
      options={options}
      loading={isFetching}
      showSearch={{ filterOption: false, onSearch: setText }}
      onChange={onChange}
    />
  );
}

const toOption = ({ id, label }: LinkValue) => ({ value: id, label });
