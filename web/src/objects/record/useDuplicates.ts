import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Duplicates, duplicatesQuery } from "@/api/duplicates";
import type { Values } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { isBlank } from "@/objects/fields/fieldType";
import { useDebounced } from "@/ui/useDebounced";

const pause = 300; // milliseconds without a key
const ofNobody = ["kind", "city"]; // say nothing by themselves

/** The values of a draft that tell who or what it is, as JSON; "" while there are none. */
export function draftOf(object: ObjectMeta, values: Values): string {
  const given = (object.duplicates ?? []).filter((name) => !isBlank(values[name]));
  const tells = given.some((name) => !ofNobody.includes(name));
  return tells ? JSON.stringify(Object.fromEntries(given.map((n) => [n, values[n]]))) : "";
}

/**
 * The records that a new one with these values may be, as the server tells; and whether that is told of these
 * very values, not of those before the last key.
 */
export function useDuplicates(object: ObjectMeta, values: Values) {
  const client = useQueryClient();
  const draft = draftOf(object, values);
  const settled = useDebounced(draft, pause);
  const { data, isPlaceholderData } = useQuery({
    ...duplicatesQuery(object.path, settled),
    enabled: settled !== "",
    placeholderData: keepPreviousData,
  });
  return {
    told: settled === "" ? undefined : data,
    isOfNow: settled === draft && !isPlaceholderData,
    learn: (told: Duplicates) =>
      client.setQueryData(duplicatesQuery(object.path, draft).queryKey, told),
  };
}
