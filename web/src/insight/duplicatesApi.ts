/** The queue of customers who may be one. */
import { type InfiniteData, infiniteQueryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Job, Schemas } from "@/api/types";

export type Pair = Schemas["PairOut"];
export type PairState = Pair["state"];
/** What the page shows: pairs, or what was merged without asking. */
export type QueueState = PairState | "merged";
type Pairs = Schemas["PairsOut"];
export type PairPages = InfiniteData<Pairs>;

export const duplicatesKey = ["suspected-duplicates"] as const;

export const pairsQuery = (state: PairState) =>
  infiniteQueryOptions({
    queryKey: [...duplicatesKey, state],
    queryFn: ({ pageParam }) => get<Pairs>("/duplicates", { state, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: 0,
  });

type Merged = Schemas["MergesOut"];

/** What was merged without asking, the newest first. */
export const mergedQuery = infiniteQueryOptions({
  queryKey: [...duplicatesKey, "merged"],
  queryFn: ({ pageParam }) => get<Merged>("/duplicates/merged", { cursor: pageParam }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next,
  staleTime: 0,
});

export const startSearch = async () => (await request<Job>("POST", "/duplicates/search")).data;

export const decidePair = (id: string, decision: PairState) =>
  request<unknown>("POST", `/duplicates/${id}/decide`, { body: { decision } });

/** The queue without a pair that was just decided. */
export const withoutPair = (data: PairPages, id: string): PairPages => ({
  ...data,
  pages: data.pages.map((page) => ({
    ...page,
    items: page.items.filter((pair) => pair.id !== id),
    total: page.total - 1,
  })),
});
