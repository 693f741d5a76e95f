import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import { recordsKey } from "@/api/records";
import type { ObjectMeta, Schemas } from "@/api/types";

export type Origin = Schemas["ValueOriginOut"];

/** Where each value of a record came from, by field. */
export const originsQuery = (object: ObjectMeta, id: string) =>
  queryOptions({
    queryKey: [...recordsKey(object.path), "origins", id],
    queryFn: async () => {
      const asked = { object: object.name, record: id };
      return (await get<Schemas["OriginsOut"]>("/origins", asked)).items as Record<string, Origin>;
    },
    staleTime: 0,
  });
