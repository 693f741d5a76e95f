/** One customer's timeline, scores and contacts, beside the generic record. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { CountedRecords, HistoryEntry, LinkValue, Page } from "@/api/types";

export const timelineKinds = ["order", "interaction", "task", "consent", "change"] as const;
export type TimelineKind = (typeof timelineKinds)[number];

export interface TimelineEntry {
  kind: TimelineKind;
  at: string;
  id: string;
  object: string;
  title: string;
  body?: string;
  amount?: string;
  currency?: string;
  lines?: number;
  channel?: string;
  direction?: string;
  state?: string;
  outcome?: string;
  status?: string;
  task_kind?: string;
  due_on?: string | null;
  source?: string;
  action?: "insert" | "update" | "delete" | "restore";
  changes?: Record<string, { old: unknown; new: unknown }>;
  file?: HistoryEntry["file"];
  merge?: HistoryEntry["merge"];
  request_id?: string | null;
  can_undo?: boolean;
  actor?: LinkValue | null;
}

/** Edits of the record anywhere refresh what is under ["timeline", id]. */
export const timelineQuery = (id: string, kinds: readonly TimelineKind[]) =>
  infiniteQueryOptions({
    queryKey: ["timeline", id, kinds],
    queryFn: ({ pageParam }) =>
      get<Page<TimelineEntry>>(`/customers/${id}/timeline`, {
        kinds: kinds.join(","),
        cursor: pageParam,
        limit: 30,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export interface ScorePoint {
  as_of: string;
  stage?: string | null;
  probability_alive?: number | null;
  expected_value_12m?: string | null;
  rfm_class?: string | null;
  abc_class?: string | null;
}

/** A sentence, and the records that it speaks of. */
export interface Reason {
  text: string;
  records: CountedRecords[];
}

export interface Scores {
  as_of: string | null;
  current: Record<string, unknown> | null;
  reasons: Reason[];
  /** What a figure is made of, by field. */
  records: Record<string, CountedRecords>;
  history: ScorePoint[];
}

export const scoresQuery = (id: string) =>
  queryOptions({
    queryKey: ["insight", "scores", id],
    queryFn: () => get<Scores>(`/customers/${id}/scores`),
  });
