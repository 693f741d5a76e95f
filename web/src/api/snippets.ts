/** Texts kept to be written again: one's own, the team's, everyone's. */
import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Schemas } from "@/api/types";

export type Snippet = Schemas["SnippetOut"];
export type SnippetValues = Required<Schemas["SnippetIn"]>;
export type OfferedSnippet = Schemas["OfferOut"];

export const snippetsQuery = queryOptions({
  queryKey: ["snippets"],
  queryFn: () => get<Schemas["SnippetsOut"]>("/snippets"),
});

/** Those that fit what is typed, with the values of the record that is written on. */
export const offeredSnippetsQuery = (typed: string, about: { object: string; id: string } | null) =>
  queryOptions({
    queryKey: [...snippetsQuery.queryKey, "offered", typed, about],
    queryFn: async ({ signal }) =>
      (await get<Schemas["OffersOut"]>("/snippets/offered", { q: typed, ...about }, signal)).items,
    staleTime: 30_000,
  });

export const createSnippet = (body: SnippetValues) => request("POST", "/snippets", { body });

export const changeSnippet = (id: string, body: SnippetValues) =>
  request("PATCH", `/snippets/${id}`, { body });

export const deleteSnippet = (id: string) => request("DELETE", `/snippets/${id}`);
