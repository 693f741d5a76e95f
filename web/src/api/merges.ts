/** Making one record of several, and taking it back. */
import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import { flat } from "@/api/customValues";
import type { components } from "@/api/schema";

type Schemas = components["schemas"];
export type MergePreview = Schemas["MergePreviewOut"];
export type MergeUnit = Schemas["MergeUnitOut"];
export type MergeSide = Schemas["MergeSideOut"];
export type Merge = Schemas["MergeOut"];
export type OneMerge = Schemas["OneMergeOut"];
export type MergeConflict = Schemas["MergeConflictOut"];

export interface MergeWish {
  ids: string[];
  survivor?: string;
  choices?: Record<string, string>;
  versions?: Record<string, string>;
}

export const mergePreviewQuery = (path: string, ids: string[], survivor?: string) =>
  queryOptions({
    queryKey: ["merge", path, ids, survivor ?? ""],
    queryFn: async () => {
      const body = { ids, survivor };
      const { data } = await request<MergePreview>("POST", `/${path}/merge/preview`, { body });
      const records = data.records.map((side) => ({
        ...side,
        values: flat(side.values as unknown as Parameters<typeof flat>[0]),
      }));
      return { ...data, records };
    },
    staleTime: 0,
  });

export const mergeRecords = (path: string, body: MergeWish) =>
  request<Merge>("POST", `/${path}/merge`, { body });

export const mergeQuery = (id: string) =>
  queryOptions({
    queryKey: ["merge", id],
    queryFn: () => get<OneMerge>(`/merges/${id}`),
    staleTime: 0,
  });

/** Who keeps what was changed since, by field, and who gets what was added since, by object. */
export interface TakingBack {
  edits: Record<string, "survivor" | "absorbed">;
  given: Record<string, string>;
}

export const takeMergeBack = (id: string, body: TakingBack) =>
  request<Merge>("POST", `/merges/${id}/undo`, { body });
