/** Erasing what is known of a person, and holds that keep a record as it is. */
import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import { recordsKey } from "@/api/records";
import type { Schemas } from "@/api/types";

export type PrivacyState = Schemas["PrivacyStateOut"];
export type ErasurePreview = Schemas["ErasurePreviewOut"];
export type Hold = Schemas["HoldOut"];
export type Held = Schemas["HeldOut"];
export type HoldWish = Schemas["HoldIn"];

/** Under the key of the records: whoever erases one, here or elsewhere, refreshes it. */
export const privacyQuery = (path: string, id: string) =>
  queryOptions({
    queryKey: [...recordsKey(path), "privacy", id],
    queryFn: () => get<PrivacyState>(`/${path}/${id}/privacy`),
  });

export const erasurePreviewQuery = (path: string, id: string) =>
  queryOptions({
    queryKey: [...recordsKey(path), "erasure", id],
    queryFn: () => get<ErasurePreview>(`/${path}/${id}/erasure`),
    staleTime: 0,
  });

export const eraseRecord = async (path: string, id: string, name: string) =>
  (await request<Schemas["ErasedOut"]>("POST", `/${path}/${id}/erase`, { body: { name } })).data;

export const placeHold = (path: string, id: string, body: HoldWish) =>
  request<PrivacyState>("PUT", `/${path}/${id}/hold`, { body });

export const liftHold = (path: string, id: string) => request("DELETE", `/${path}/${id}/hold`);

export const holdsQuery = (object: string) =>
  queryOptions({
    queryKey: ["holds", object],
    queryFn: async () => (await get<Schemas["HoldsOut"]>("/holds", { object })).items,
  });
