/** Figures under the columns of a list. */
import type { TFunction } from "i18next";
import type { FieldMeta, Totals } from "@/api/types";
import { isBlank } from "@/objects/fields/fieldType";
import { typeOf } from "@/objects/fields/fieldTypes";
import { type Measure, measures } from "@/objects/grid/gridTypes";
import type { Format } from "@/ui/format";

/** Money is added up in the firm's own currency, whatever each row's is. */
export function totalText(totals: Totals, field: FieldMeta, measure: Measure, format: Format) {
  const value = totals[`${measure}_${field.name}`];
  if (measure === "empty") return format.number(value);
  if (isBlank(value)) return "–";
  const isMean = measure === "avg" && field.type === "number";
  return isMean
    ? format.number(value, 2)
    : typeOf(field).toText(value, { ...field, currency: null }, format);
}

/** How many amounts are left out for want of an exchange rate. */
export const leftOut = (totals: Totals | undefined, { name }: FieldMeta) =>
  Number(totals?.[`unrated_${name}`] ?? 0);

export const measureItems = (
  t: TFunction,
  chosen: Measure | undefined,
  onMeasure: (measure: Measure | undefined) => void,
) => [
  ...measures.map((measure) => ({
    key: measure,
    label: t(`grid.measure.${measure}`),
    onClick: () => onMeasure(measure),
  })),
  ...(chosen
    ? [{ key: "none", label: t("grid.measure.none"), onClick: () => onMeasure(undefined) }]
    : []),
];
