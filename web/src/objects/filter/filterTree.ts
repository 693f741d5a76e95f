/** The filter language of the server as the client builds it: groups of conditions, never half a condition. */
import type { Condition, FieldMeta, Filter } from "@/api/types";

export type Join = "and" | "or";
export type Group = { and: Filter[] } | { or: Filter[] };

export const isGroup = (filter: Filter): filter is Group => "and" in filter || "or" in filter;
export const isCondition = (filter: Filter): filter is Condition => "field" in filter;

export const joinOf = (group: Group): Join => ("and" in group ? "and" : "or");
export const partsOf = (group: Group): Filter[] => ("and" in group ? group.and : group.or);
export const groupOf = (join: Join, parts: Filter[]): Group =>
  join === "and" ? { and: parts } : { or: parts };

/** What the bar shows as chips: the parts of the outermost "and". */
export function topParts(filter: Filter | null | undefined): Filter[] {
  if (!filter) return [];
  return isGroup(filter) && joinOf(filter) === "and" ? partsOf(filter) : [filter];
}

export const fromParts = (parts: Filter[]): Filter | null =>
  parts.length > 0 ? { and: parts } : null;

const withoutValue = new Set(["empty", "not_empty"]);
export const needsValue = (op: string) => !withoutValue.has(op);

function hasValue({ op, value }: Condition) {
  if (!needsValue(op)) return true;
  if (Array.isArray(value)) {
    const filled = value.filter((one) => one !== null && one !== undefined && one !== "");
    return op === "between" ? filled.length === 2 : filled.length > 0;
  }
  return value !== null && value !== undefined && value !== "";
}

/** The filter without conditions still being written; null when nothing is left. */
export function complete(filter: Filter | null): Filter | null {
  if (!filter) return null;
  if (isCondition(filter)) return hasValue(filter) ? filter : null;
  if (!isGroup(filter)) return filter;
  const parts = partsOf(filter)
    .map(complete)
    .filter((part) => part !== null);
  return parts.length > 0 ? groupOf(joinOf(filter), parts) : null;
}

export function newCondition(field: FieldMeta): Condition {
  const op = field.operators.includes("contains") ? "contains" : (field.operators[0] ?? "eq");
  return { field: field.name, op, value: emptyValue(op) };
}

export function emptyValue(op: string): unknown {
  if (op === "in" || op === "not_in") return [];
  if (op === "between") return [null, null];
  if (op === "in_period") return { relative: "this_month" };
  return null;
}
