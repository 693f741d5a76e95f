import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Schemas } from "@/api/types";

/** Why a user may or may not see a record. */
export const accessQuery = (object: string, id: string, user: string) =>
  queryOptions({
    queryKey: ["access", object, id, user],
    queryFn: () => get<Schemas["AccessOut"]>(`/access/${object}/${id}`, { user }),
    staleTime: 0,
  });
