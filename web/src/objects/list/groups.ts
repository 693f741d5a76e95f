/** What a list grouped by a field is made of: which columns add up, in which order, what a group opens. */
import type { Condition, FieldMeta, Group, Totals } from "@/api/types";
import { isBlank } from "@/objects/fields/fieldType";

export type TotalName = keyof Totals & ("count" | `sum_${string}`);

export interface GroupSort {
  name: TotalName;
  descending: boolean;
}

const currencyCode = /^[A-Z]{3}$/;

/** Amounts add up where all are in one currency: the firm's, or one that the field names. */
export function summable({ type, currency }: FieldMeta) {
  if (type === "money") return !currency || currencyCode.test(currency);
  return type === "number" || type === "decimal";
}

/** The records of one group. */
export function groupCondition({ name, operators }: FieldMeta, key: Group["key"]): Condition {
  if (isBlank(key)) return { field: name, op: "empty" };
  return operators.includes("in")
    ? { field: name, op: "in", value: [key] }
    : { field: name, op: "eq", value: key };
}

/** By a total; groups without one come last. */
export function sortGroups(groups: Group[], { name, descending }: GroupSort): Group[] {
  const sign = descending ? -1 : 1;
  return groups.toSorted((one, other) => {
    const [a, b] = [one[name], other[name]];
    if (isBlank(a) || isBlank(b)) return Number(isBlank(a)) - Number(isBlank(b));
    return sign * (Number(a) - Number(b));
  });
}
