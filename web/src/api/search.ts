import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";

/** Places of a text that matched, from and to, counted in code points. */
export type Mark = [number, number];

export interface Marked {
  text: string;
  marks: Mark[];
}

export interface Found {
  type: string;
  id: string;
  title: Marked;
  /** The field that matched, else one to tell the record by. */
  detail: (Marked & { field: string }) | null;
  /** The record on whose page this one is shown. */
  belongs_to: { type: string; id: string; label: string | null } | null;
  recent: boolean;
  can: string[];
}

const limit = 6;

/** Records of all kinds, or of one; for an empty text those opened last. */
export const searchQuery = (text: string, type?: string) =>
  queryOptions({
    queryKey: ["search", type ?? null, text],
    queryFn: async ({ signal }) =>
      (await get<{ items: Found[] }>("/search", { q: text, type, limit }, signal)).items,
    staleTime: text ? 10_000 : 0,
  });

export const rememberOpened = (type: string, id: string) =>
  request("POST", "/recent", { body: { type, id } });
