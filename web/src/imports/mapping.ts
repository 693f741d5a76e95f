/** Which column means which field. A field takes one column, unless it says that it takes several. */
import type { ColumnMapping, Detected, ImportTarget, TargetField } from "@/imports/importsApi";

export const keyOf = ({ half, name }: Pick<TargetField, "half" | "name">) =>
  half ? `${half}.${name}` : name;

const keyOfColumn = ({ field, half }: ColumnMapping) =>
  field ? keyOf({ name: field, half }) : null;

export const fieldOfColumn = (target: ImportTarget, mapping: ColumnMapping) =>
  target.fields.find((field) => keyOf(field) === keyOfColumn(mapping));

/** The mapping with this column given to a field; another column that had it loses it. */
export function mapColumn(
  mapping: readonly ColumnMapping[],
  column: number,
  field: TargetField | null,
): ColumnMapping[] {
  return mapping.map((entry) => {
    if (entry.column === column) {
      return { column, field: field?.name ?? null, half: field?.half || null };
    }
    const isTaken = field && !field.multiple && keyOfColumn(entry) === keyOf(field);
    return isTaken ? { column: entry.column, field: null, half: null } : entry;
  });
}

/** Required fields without a column, for the halves in use; of an unmapped file those of the first. */
export function missingFields(target: ImportTarget, mapping: readonly ColumnMapping[]) {
  const mapped = new Set(mapping.map(keyOfColumn).filter((key) => key !== null));
  const used = new Set(mapping.flatMap(({ field, half }) => (field ? [half || ""] : [])));
  if (used.size === 0) used.add(target.fields[0]?.half || "");
  return target.fields.filter(
    (field) => field.required && used.has(field.half || "") && !mapped.has(keyOf(field)),
  );
}

/** A few different values of a column, to tell what it holds. */
export function samplesOf(detected: Detected, column: number, most = 3): string[] {
  const cells = (detected.sample ?? []).map((row) => row[column]?.trim() ?? "");
  return [...new Set(cells.filter((cell) => cell !== ""))].slice(0, most);
}

/** Fields by half, in the order of the server; one group where rows are single records. */
export function fieldGroups(target: ImportTarget) {
  const groups = new Map<string, TargetField[]>();
  for (const field of target.fields) {
    const half = field.half || "";
    groups.set(half, [...(groups.get(half) ?? []), field]);
  }
  return [...groups].map(([half, fields]) => ({ half, fields }));
}
