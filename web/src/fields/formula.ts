/** What can stand in a formula; the server alone knows what it means. */
import type { FieldMeta } from "@/api/types";

export const formulaFunctions = [
  "if",
  "round",
  "abs",
  "min",
  "max",
  "coalesce",
  "empty",
  "today",
  "days",
  "year",
  "month",
  "day",
  "concat",
  "text",
  "length",
  "contains",
  "starts",
  "left",
  "right",
  "lower",
  "upper",
  "trim",
] as const;

const unusable = new Set(["link", "tags", "json", "file"]);

/** The fields a formula may name; not itself. */
export const usable = (fields: FieldMeta[], key: string | undefined) =>
  fields.filter(({ name, type }) => !unusable.has(type) && name !== `custom.${key}`);

/** A formula with a text put in place of what is marked, and where the caret stands then. */
export function inserted(formula: string, from: number, to: number, text: string, caret: number) {
  const before = formula.slice(0, from);
  const gap = /[\w.)"']$/.test(before) ? " " : "";
  return {
    value: before + gap + text + formula.slice(to),
    at: from + gap.length + caret,
  };
}
