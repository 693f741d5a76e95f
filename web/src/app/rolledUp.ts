/** Values made of other records, such as what a customer bought: they change when those do. */
import type { QueryClient } from "@tanstack/react-query";
import { recordsKey } from "@/api/records";
import type { ObjectMeta } from "@/api/types";

/** Reads again what is on screen and made of records of the objects that changed. */
export async function showRolledUp(
  client: QueryClient,
  objects: ObjectMeta[],
  changed: ReadonlyMap<string, unknown>,
  mayMove: (query: readonly unknown[], data: unknown) => boolean,
) {
  for (const { path, fields } of objects) {
    const names = fields
      .filter(({ reads }) => reads?.some((name) => changed.has(name)))
      .map(({ name }) => JSON.stringify(name).slice(1, -1));
    if (names.length === 0) continue;
    await client.invalidateQueries({
      queryKey: recordsKey(path),
      predicate: ({ queryKey, state }) => {
        if (queryKey[2] === "one") return true;
        const asked = JSON.stringify(queryKey.slice(3));
        return names.some((name) => asked.includes(name)) && mayMove(queryKey, state.data);
      },
    });
  }
}
