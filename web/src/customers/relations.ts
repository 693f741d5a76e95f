/** Relationships are kept once and read from both ends: A is a contact of B, B has the contact A. */
import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import { recordsKey } from "@/api/records";
import type { LinkValue, RecordRow, Schemas } from "@/api/types";

export type Direction = "out" | "in";

export interface Relation {
  id: string;
  kind: string;
  direction: Direction;
  /** The customer at the other end. */
  other: LinkValue;
  role: string;
  /** What a contact is in what is bought: decider, payer… */
  roles: string[];
  since: string | null;
  until: string | null;
  canEnd: boolean;
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
    roles: (row.roles as string[] | null) ?? [],
    since: (row.since as string | null) ?? null,
    until: (row.until as string | null) ?? null,
    canEnd: row.can.includes("end"),
    canDelete: row.can.includes("delete"),
  };
}

/** Whether it held and holds no more; the last day still belongs to it. */
export const isFormer = ({ until }: Pick<Relation, "until">, today: string) =>
  until !== null && until < today;

const order = ["parent_company", "contact_of", "household", "partner", "guarantor", "referrer"];

/** Those that hold, by kind, and apart from them those that are over, the last first. */
export function byTime(relations: readonly Relation[], today: string) {
  const place = ({ kind, direction }: Relation) =>
    (order.indexOf(kind) + 1 || order.length + 1) * 2 + (direction === "in" ? 0 : 1);
  const current = relations.filter((one) => !isFormer(one, today));
  const former = relations.filter((one) => isFormer(one, today));
  return {
    current: current.sort((a, b) => place(a) - place(b)),
    former: former.sort((a, b) => (b.until ?? "").localeCompare(a.until ?? "")),
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

export type Group = Omit<Schemas["HouseholdOut"], "group">;
export type Member = Schemas["GroupMemberOut"];
export type Figure = Schemas["GroupFigureOut"];
export type Amount = Schemas["GroupAmountOut"];
export type Hierarchy = Schemas["HierarchyOut"];
export type Referrals = Schemas["ReferralsOut"];
export type Household = Schemas["HouseholdOut"];
export type Network = Schemas["NetworkOut"];

/** Under the key of relationships: whoever adds or ends one, here or elsewhere, refreshes it. */
const key = (what: string, customer: string) =>
  [...recordsKey("relationships"), what, customer] as const;

export const hierarchyQuery = (customer: string) =>
  queryOptions({
    queryKey: key("hierarchy", customer),
    queryFn: () => get<Hierarchy>(`/customers/${customer}/hierarchy`),
  });

export const householdQuery = (customer: string) =>
  queryOptions({
    queryKey: key("household", customer),
    queryFn: () => get<Household>(`/customers/${customer}/household`),
  });

export const referralsQuery = (customer: string) =>
  queryOptions({
    queryKey: key("referrals", customer),
    queryFn: () => get<Referrals>(`/customers/${customer}/referrals`),
  });

export const networkQuery = (customer: string, steps: number, kinds: readonly string[]) =>
  queryOptions({
    queryKey: [...key("network", customer), steps, kinds],
    queryFn: () =>
      get<Network>(`/customers/${customer}/network`, { steps, kinds: kinds.join(",") }),
  });

/** Who leaves a household; the undo of the request takes it back. */
export const leaveHousehold = (customer: string) =>
  request<unknown>("POST", `/customers/${customer}/household/leave`, { body: {} });
