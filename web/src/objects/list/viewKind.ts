/** What a list can be shown as besides a table, and by which of its fields: told by its metadata alone. */
import type { FieldMeta, ObjectMeta, ViewKind } from "@/api/types";
import { type Period, periods } from "@/ui/days";

export const viewKinds = ["table", "board", "calendar", "chart"] as const;

/** The field a board, calendar or chart is made by; dates of a chart by the periods they lie in. */
export interface By {
  field: FieldMeta;
  period?: Period;
}

export const isDated = ({ type }: FieldMeta) => type === "date" || type === "datetime";

const fits: Record<ViewKind, (field: FieldMeta) => boolean> = {
  table: () => false,
  board: ({ board }) => board === true,
  calendar: isDated,
  chart: (field) => field.groupable === true || isDated(field),
};

export const fieldsFor = (object: ObjectMeta, kind: ViewKind) => object.fields.filter(fits[kind]);

/** How a list of this object can be shown. */
export const kindsOf = (object: ObjectMeta) =>
  viewKinds.filter((kind) => kind === "table" || fieldsFor(object, kind).length > 0);

/** The field an address or a view names, else the one people most likely mean. */
export function byOf(object: ObjectMeta, kind: ViewKind, named: string | undefined): By | null {
  const [name, wanted] = named?.split(":") ?? [];
  const fields = fieldsFor(object, kind);
  const field = fields.find((one) => one.name === name) ?? usual(object, fields);
  if (!field) return null;
  if (kind !== "chart" || !isDated(field)) return { field };
  return { field, period: periods.find((period) => period === wanted) ?? "month" };
}

/** One that verbs move records along, such as a status; else of those the list shows a choice, a date, or any. */
function usual({ actions, list, title_field }: ObjectMeta, fields: FieldMeta[]) {
  const moved = actions.map(({ sets }) => sets?.field);
  const shown = fields.filter(({ name }) => list.columns.includes(name) && name !== title_field);
  return (
    fields.find(({ name }) => moved.includes(name)) ??
    shown.find(({ board }) => board) ??
    shown.find(isDated) ??
    shown[0] ??
    fields[0]
  );
}

export const formatBy = ({ field, period }: By) =>
  period ? `${field.name}:${period}` : field.name;
