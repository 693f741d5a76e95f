import { useQueryClient } from "@tanstack/react-query";
import { metaQuery } from "@/api/meta";
import { customFieldsQuery } from "@/fields/fieldsApi";
import { customObjectsQuery } from "@/fields/objectsApi";

/** After a definition changed, navigation, forms and lists know it at once. */
export function useFieldsChanged() {
  const client = useQueryClient();
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: customFieldsQuery.queryKey }),
      client.invalidateQueries({ queryKey: customObjectsQuery.queryKey }),
      client.invalidateQueries({ queryKey: metaQuery.queryKey }),
    ]);
}
