/** What a list grouped by a field is made of: which columns add up, in which order, what a group opens. */
import type { Condition, FieldMeta, Group, Totals } from "@/api/types";
import { isBlank } from "@/objects/fields/fieldType";
import type { By } from "@/objects/list/viewKind";
import { periodAfter } from "@/ui/days";

export type TotalName = keyof Totals & ("count" | `sum_${string}`);

export interface GroupSort {
  name: TotalName;
  descending: boolean;
}

const added = new Set<FieldMeta["type"]>(["number", "decimal", "money"]);
export const summable = ({ type }: FieldMeta) => added.has(type);

/** The records of one group; of a period, from its first day to before the next one's. */
export function groupConditions({ field, period }: By, key: Group["key"]): Condition[] {
  const { name, operators } = field;
  if (isBlank(key)) return [{ field: name, op: "empty" }];
  if (period) {
    return [
      { field: name, op: "gte", value: key },
      { field: name, op: "lt", value: periodAfter(String(key), period) },
    ];
  }
  return operators.includes("in")
    ? [{ field: name, op: "in", value: [key] }]
    : [{ field: name, op: "eq", value: key }];
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
