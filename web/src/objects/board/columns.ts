/** Where the cards of a board stand: told by the records themselves, so that a change moves a card at once. */
import type { Column, FieldMeta, LinkValue, ObjectMeta, RecordRow } from "@/api/types";
import { isBlank } from "@/objects/fields/fieldType";

/** The column a record belongs into. */
export function keyOf(field: FieldMeta, record: RecordRow): string | null {
  const value = record[field.name];
  if (isBlank(value)) return null;
  return field.type === "link" ? (value as LinkValue).id : String(value);
}

/** A column's value as a record holds it. */
export const valueIn = (field: FieldMeta, { key, label }: Pick<Column, "key" | "label">) =>
  field.type === "link" && key !== null ? { id: key, label } : key;

/** The columns as they are by now: what came lies on top, what went is gone, and the counts follow. */
export function arrange(columns: Column[], field: FieldMeta): Column[] {
  const arrived = new Map<string | null, RecordRow[]>();
  for (const { key, items } of columns) {
    for (const record of items) {
      const now = keyOf(field, record);
      if (now !== key) arrived.set(now, [...(arrived.get(now) ?? []), record]);
    }
  }
  if (arrived.size === 0) return columns;
  return columns.map((column) => {
    const stayed = column.items.filter((record) => keyOf(field, record) === column.key);
    const came = arrived.get(column.key) ?? [];
    const count = column.count - (column.items.length - stayed.length) + came.length;
    return { ...column, items: [...came, ...stayed], count };
  });
}

/** The verb that brings a record into a column, where the field itself is not written. */
export const verbTo = ({ actions }: ObjectMeta, { name }: FieldMeta, key: string | null) =>
  actions.find(({ sets }) => sets?.field === name && sets.value === key);

/** Whether cards can be brought into a column at all: the server shows that of none where none may be chosen. */
export const canReceive = (object: ObjectMeta, field: FieldMeta, key: string | null) =>
  !field.read_only || verbTo(object, field, key) !== undefined;

export type Blocked = "readOnly" | "notYours" | null;

/** Why a card stays where it is, whatever column is meant; null where it may be moved. */
export function blockedBy(object: ObjectMeta, field: FieldMeta, record: RecordRow): Blocked {
  if (!field.read_only) return record.can.includes("change") ? null : "notYours";
  const verbs = object.actions.filter(({ sets }) => sets?.field === field.name);
  if (verbs.length === 0) return "readOnly";
  return verbs.some(({ name }) => record.can.includes(name)) ? null : "notYours";
}

export interface Place {
  column: number;
  row: number;
}

export function placeOf(columns: Column[], id: string | undefined): Place | null {
  for (const [column, { items }] of columns.entries()) {
    const row = items.findIndex((record) => record.id === id);
    if (row >= 0) return { column, row };
  }
  return null;
}

/** The card an arrow leads to; sideways over columns without cards. */
export function step(columns: Column[], from: Place, key: string): RecordRow | undefined {
  const items = columns[from.column]?.items ?? [];
  switch (key) {
    case "ArrowUp":
      return items[from.row - 1];
    case "ArrowDown":
      return items[from.row + 1];
    case "Home":
      return items[0];
    case "End":
      return items.at(-1);
    default: {
      const by = key === "ArrowRight" ? 1 : -1;
      for (let at = from.column + by; columns[at]; at += by) {
        const beside = columns[at]?.items ?? [];
        if (beside.length > 0) return beside[Math.min(from.row, beside.length - 1)];
      }
      return undefined;
    }
  }
}
