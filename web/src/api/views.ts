import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Page, SavedView, Shared, ViewDefinition, ViewKind } from "@/api/types";

export const viewsQuery = (object: string) =>
  queryOptions({
    queryKey: ["views", object],
    queryFn: async () => (await get<Page<SavedView>>("/views", { object })).items,
    staleTime: 60_000,
  });

/** The views people keep at hand, under their module in the rail. */
export const pinnedViewsQuery = queryOptions({
  queryKey: ["views"],
  queryFn: async () => (await get<Page<SavedView>>("/views")).items,
  select: (views) => views.filter(({ pinned }) => pinned),
  staleTime: 60_000,
});

export interface ViewDraft {
  name: string;
  object: string;
  kind: ViewKind;
  definition: ViewDefinition;
  shared: Shared;
  pinned?: boolean;
}

export const createView = async (draft: ViewDraft) =>
  (await request<SavedView>("POST", "/views", { body: draft })).data;

export const changeView = async (id: string, changes: Partial<ViewDraft>) =>
  (await request<SavedView>("PATCH", `/views/${id}`, { body: changes })).data;

export const deleteView = (id: string) => request("DELETE", `/views/${id}`);
