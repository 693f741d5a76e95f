import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { FieldMeta, ObjectMeta } from "@/api/types";

export const metaQuery = queryOptions({
  queryKey: ["meta"],
  queryFn: async () => (await get<{ objects: ObjectMeta[] }>("/meta")).objects,
  staleTime: Number.POSITIVE_INFINITY,
});

export function useObjects() {
  return useSuspenseQuery(metaQuery).data;
}

export function findObject(objects: ObjectMeta[], name: string) {
  return objects.find((object) => object.name === name || object.path === name);
}

/** The object of this name; the server leaves out those the role may not see. */
export function useObject(name: string): ObjectMeta {
  const object = findObject(useObjects(), name);
  if (!object) throw new Error(`Unknown object: ${name}`);
  return object;
}

export function fieldOf(object: ObjectMeta, name: string): FieldMeta | undefined {
  return object.fields.find((field) => field.name === name);
}
