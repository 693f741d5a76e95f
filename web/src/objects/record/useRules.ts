import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type Ruled, rulesQuery, type Values } from "@/api/records";
import type { ObjectMeta, RecordRow } from "@/api/types";
import { useDebounced } from "@/ui/useDebounced";

export type Rules = Record<string, Ruled>;

const none: Rules = {};
const pause = 300; // milliseconds without a key

/**
 * What is required or locked at present, by field, of a record or of a new one with these values. The server
 * decides; where no field has a rule, or there is no record to ask about, it is not asked.
 */
export function useRules(object: ObjectMeta, record: RecordRow | null, values: Values): Rules {
  const draft = useDebounced(JSON.stringify(values), pause);
  const asks =
    object.fields.some(({ ruled }) => ruled) &&
    (record === null || (record.id !== "" && record.can.includes("change")));
  const id = record?.id ?? null;
  const { data = none } = useQuery({
    ...rulesQuery(object.path, id, record?.updated_at, draft),
    enabled: asks,
    placeholderData: keepPreviousData,
  });
  return asks ? data : none;
}
