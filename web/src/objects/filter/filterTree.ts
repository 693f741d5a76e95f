/** The filter language of the server as the client builds it: groups of conditions, never half a condition. */
import type { Condition, FieldMeta, Filter } from "@/api/types";

/** "none" of the parts holds: the negation of "or". */
export type Join = "and" | "or" | "none";
export type Group = Extract<Filter, { and: Filter[] } | { or: Filter[] } | { not: Filter }>;
/** Records of another object that point here. */
export type Related = Extract<Filter, { has: string } | { has_no: string }>;

/** What a long bulk edit left as it was. */
export type Refused = Extract<Filter, { refused_by: string }>;

/** Records of which a measuring found something, such as "phone.invalid". */
/** What areas keep about records themselves; there is nothing to write about it. */
const kept = ["finding", "movement", "stage_moved", "cohort"] as const;
export type Kept = Extract<
  Filter,
  { finding: string } | { movement: string } | { stage_moved: string } | { cohort: string }
>;

export const isGroup = (filter: Filter): filter is Group =>
  "and" in filter || "or" in filter || "not" in filter;
export const isRelated = (filter: Filter): filter is Related =>
  "has" in filter || "has_no" in filter;
export const isRefused = (filter: Filter): filter is Refused => "refused_by" in filter;
export const isKept = (filter: Filter): filter is Kept => kept.some((name) => name in filter);
export const isCondition = (filter: Filter): filter is Condition => "field" in filter;

export const joinOf = (group: Group): Join =>
  "and" in group ? "and" : "or" in group ? "or" : "none";

export function partsOf(group: Group): Filter[] {
  if ("and" in group) return group.and;
  if ("or" in group) return group.or;
  return "or" in group.not ? group.not.or : [group.not];
}

export function groupOf(join: Join, parts: Filter[]): Group {
  if (join === "none") return { not: { or: parts } };
  return join === "and" ? { and: parts } : { or: parts };
}

/** The filter as a group, which editors begin with. */
export function asGroup(filter: Filter | null | undefined): Group {
  if (!filter) return { and: [] };
  return isGroup(filter) ? filter : { and: [filter] };
}

export const relatedName = (filter: Related) => ("has" in filter ? filter.has : filter.has_no);

/** What the bar shows as chips: the parts of the outermost "and". */
export function topParts(filter: Filter | null | undefined): Filter[] {
  if (!filter) return [];
  return "and" in filter ? filter.and : [filter];
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
  if (isRelated(filter)) return { ...filter, where: complete(filter.where ?? null) };
  if (isRefused(filter) || isKept(filter)) return filter;
  const parts = partsOf(filter)
    .map(complete)
    .filter((part) => part !== null);
  return parts.length > 0 ? groupOf(joinOf(filter), parts) : null;
}

/** Whether any condition of the filter is still being written. */
export function isHalfWritten(filter: Filter | null): boolean {
  if (!filter) return false;
  if (isCondition(filter)) return !hasValue(filter);
  if (isRelated(filter)) return isHalfWritten(filter.where ?? null);
  return isGroup(filter) && partsOf(filter).some(isHalfWritten);
}

/** Whether something from an address or elsewhere has the shape of a filter all through. */
export function isFilter(value: unknown): value is Filter {
  if (typeof value !== "object" || value === null) return false;
  const node = value as Record<string, unknown>;
  const list = node.and ?? node.or;
  if (list !== undefined) return Array.isArray(list) && list.every(isFilter);
  if ("not" in node) return isFilter(node.not);
  if ("has" in node || "has_no" in node) {
    const where = node.where ?? null;
    return typeof (node.has ?? node.has_no) === "string" && (where === null || isFilter(where));
  }
  if ("refused_by" in node) return typeof node.refused_by === "string";
  const name = kept.find((one) => one in node);
  if (name) return typeof node[name] === "string";
  return typeof node.field === "string" && typeof node.op === "string";
}

export function newCondition(field: FieldMeta): Condition {
  const usual = ["contains", "in_period"].find((op) => field.operators.includes(op));
  const op = usual ?? field.operators[0] ?? "eq";
  return { field: field.name, op, value: emptyValue(op) };
}

export function emptyValue(op: string): unknown {
  if (op === "in" || op === "not_in") return [];
  if (op === "between") return [null, null];
  if (op === "in_period") return { relative: "this_month" };
  return null;
}
