import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import type { Condition, FieldMeta, Filter, LinkValue, ObjectMeta } from "@/api/types";
import { typeOf } from "@/objects/fields/fieldTypes";
import { isCondition, isGroup, joinOf, partsOf } from "@/objects/filter/filterTree";
import { isDays, type Period, readingOf, useReadingLabel } from "@/objects/filter/operators";
import { useFormat } from "@/ui/format";

/** A filter in words: "City is any of 北京, 上海". Names of linked records are given, being known by id only. */
export function useFilterText(object: ObjectMeta) {
  const { t } = useTranslation();
  const format = useFormat();
  const readingLabel = useReadingLabel();

  function oneText(field: FieldMeta, value: unknown, names: LinkValue[]): string {
    if (value === "me" || value === "my_team") return t(`filter.${value}`);
    const name = names.find(({ id }) => id === value)?.label;
    return name ?? typeOf(field).toText(value, field, format);
  }

  function valueText(field: FieldMeta, { op, value }: Condition, names: LinkValue[]): string {
    if (op === "empty" || op === "not_empty") return "";
    if (isDays(value)) return t("filter.nDays", { count: Math.abs(value.days) });
    if (op === "in_period") {
      return t(`filter.period.${(value as { relative: Period }).relative}`);
    }
    if (field.type === "boolean") return value ? t("common.yes") : t("common.no");
    if (field.type === "link" || field.type === "tags") {
      return (value as string[]).map((id) => oneText(field, id, names)).join(t("filter.comma"));
    }
    const values = Array.isArray(value) ? value : [value];
    const glue = op === "between" ? " – " : t("filter.comma");
    return values.map((one) => oneText(field, one, names)).join(glue);
  }

  function text(filter: Filter, names: LinkValue[] = []): string {
    if (isCondition(filter)) {
      const field = fieldOf(object, filter.field);
      if (!field) return filter.field;
      const reading = readingLabel(readingOf(filter), field);
      return [field.label, reading, valueText(field, filter, names)].filter(Boolean).join(" ");
    }
    if (isGroup(filter)) {
      const glue = joinOf(filter) === "and" ? t("filter.and") : t("filter.or");
      return partsOf(filter)
        .map((part) => text(part, names))
        .join(` ${glue} `);
    }
    if ("not" in filter) return `${t("filter.not")} (${text(filter.not, names)})`;
    return "has" in filter
      ? t("filter.has", { what: filter.has })
      : t("filter.hasNo", { what: filter.has_no });
  }
  return text;
}
