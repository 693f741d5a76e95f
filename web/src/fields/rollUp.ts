/** What can be taken of related records, as the server takes it. */
import type { FieldMeta, FieldTypeName } from "@/api/types";

export const measures = ["count", "sum", "avg", "min", "max", "latest"] as const;
export type Measure = (typeof measures)[number];

const numbers: FieldTypeName[] = ["number", "decimal", "money", "float", "score"];
const dates: FieldTypeName[] = ["date", "datetime"];
const measured: Record<Measure, FieldTypeName[]> = {
  count: [],
  sum: numbers,
  avg: numbers,
  min: [...numbers, ...dates],
  max: [...numbers, ...dates],
  latest: [...numbers, ...dates, "text", "choice", "boolean"],
};

/** Money and dates have places of their own. */
export const rounded = new Set<FieldTypeName>(["number", "decimal", "float", "score"]);

export const measurable = (fields: FieldMeta[], measure: Measure) =>
  fields.filter(({ type }) => measured[measure].includes(type));

export const timed = (fields: FieldMeta[]) => fields.filter(({ type }) => dates.includes(type));
