import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Schemas } from "@/api/types";

export const followQuery = (object: string, id: string) =>
  queryOptions({
    queryKey: ["follows", object, id],
    queryFn: () => get<Schemas["FollowOut"]>(`/follows/${object}/${id}`),
  });

export const setFollow = (object: string, id: string, following: boolean) =>
  request(following ? "PUT" : "DELETE", `/follows/${object}/${id}`);
