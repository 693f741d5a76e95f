import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Schemas } from "@/api/types";

export type Share = Schemas["ShareOut"];
export type NewShare = Schemas["ShareIn"];

/** With whom a record is shared, and whether one may share it oneself. */
export const sharesQuery = (object: string, id: string) =>
  queryOptions({
    queryKey: ["shares", object, id],
    queryFn: () => get<Schemas["SharesOut"]>(`/shares/${object}/${id}`),
  });

export const shareRecord = (object: string, id: string, share: Partial<NewShare>) =>
  request("POST", `/shares/${object}/${id}`, { body: share });

export const endShare = (share: string) => request("DELETE", `/shares/${share}`);
