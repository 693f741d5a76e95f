/** Relationships are kept once and read from both ends: A is a contact of B, B has the contact A. */
import type { LinkValue, RecordRow } from "@/api/types";

export type Direction = "out" | "in";

export interface Relation {
  id: string;
  kind: string;
  direction: Direction;
  /** The customer at the other end. */
  other: LinkValue;
  role: string;
  canDelete: boolean;
}

/** The same said from either end needs no second wording. */
const mutual = new Set(["household", "partner"]);

export function relationOf(row: RecordRow, customer: string): Relation | null {
  const from = row.customer as LinkValue | null;
  const to = row.other as LinkValue | null;
  const direction: Direction = from?.id === customer ? "out" : "in";
  const other = direction === "out" ? to : from;
  if (!other) return null;
  return {
    id: row.id,
    kind: String(row.kind),
    direction,
    other,
    role: String(row.role ?? ""),
    canDelete: row.can.includes("delete"),
  };
}

/** What can be said of a customer: each kind in both directions, mutual ones once. */
export const readings = (kinds: readonly string[]) =>
  kinds.flatMap((kind) => (mutual.has(kind) ? [`out.${kind}`] : [`in.${kind}`, `out.${kind}`]));

/** The record to create for "this customer's <reading> is <other>". */
export function relationshipValues(reading: string, customer: string, other: string) {
  const [direction, kind = ""] = reading.split(".");
  return direction === "in"
    ? { customer: other, kind, other: customer }
    : { customer, kind, other };
}
