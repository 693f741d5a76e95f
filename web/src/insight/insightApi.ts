/** What scoring found out: the state of the customer base and who needs attention. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Condition, CountedRecords, Job, LinkValue, Page, Schemas } from "@/api/types";

export interface Completeness {
  value: number;
  fields: { name: string; label: string; share: number; missing: number }[];
}

export interface ClassShare {
  label: string;
  customers: number;
  /** Expected in the next 12 months. */
  value: string;
}

export interface Run {
  id: string;
  as_of: string;
  as_of_reason: "today" | "newest_purchase" | "chosen";
  newest_purchase: string | null;
  finished_at: string | null;
  customers: number;
  warnings?: unknown[];
}

export interface Base {
  customers: number;
  completeness: Completeness;
  unowned: number;
  /** So many customers, such a share of those who bring value, bring so much of it. */
  pareto: { customers: number; share: number; of_value: number; filter: Condition | null } | null;
  stages: (ClassShare & { stage: string })[];
  orders: number;
  /** So many have bought something. */
  buyers: number;
  currency: string;
  can: string[];
  run: Run | null;
}

export interface Attention {
  id: string;
  customer: LinkValue;
  owner: LinkValue | null;
  kind: string;
  /** The kind in words. */
  label?: string;
  stake: { amount: string; currency: string } | null;
  why: string;
  /** What `why` speaks of. */
  records: CountedRecords[];
  suggestion: { kind: "call" | "task"; title: string };
  /** Whether the customer may be called, and why not. */
  call: { allowed: boolean; text: string };
  created_at: string;
  can: string[];
}

export interface AttentionPage extends Page<Attention> {
  total?: number;
  at_least?: boolean;
}

export const insightKey = ["insight"] as const;

export const baseQuery = queryOptions({
  queryKey: [...insightKey, "base"],
  queryFn: () => get<Base>("/insight/base"),
});

export const attentionQuery = (mine: boolean) =>
  infiniteQueryOptions({
    queryKey: [...insightKey, "attention", { mine }],
    queryFn: ({ pageParam }) =>
      get<AttentionPage>("/insight/attention", { mine, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** Scores every customer again, as of a day or as the server finds right. */
export const startScoring = async (asOf?: string) =>
  (await request<Job>("POST", "/insight/runs", { body: asOf ? { as_of: asOf } : {} })).data;

export type Done = Schemas["DoIn"];

export type DismissReason = Schemas["DismissIn"]["reason"];
export const dismissReasons: DismissReason[] = ["wrong", "known", "not_worth", "other"];

const tell = (id: string, verb: string, body?: unknown) =>
  request<unknown>("POST", `/insight/attention/${id}/${verb}`, { body });

export const actOnAttention = (id: string, done: Done) => tell(id, "do", done);
export const snoozeAttention = (id: string, until: string) => tell(id, "snooze", { until });
export const dismissAttention = (id: string, reason: DismissReason, note?: string) =>
  tell(id, "dismiss", note ? { reason, note } : { reason });
/** Takes a snooze or a dismissal back. */
export const reopenAttention = (id: string) => tell(id, "reopen");

export const loadSampleFirm = async () => (await request<Job>("POST", "/setup/sample")).data;
