import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { listQuery, recordQuery } from "@/api/records";
import { showRolledUp } from "@/app/rolledUp";
import { customer, field } from "@/test/objects";

const bought = field("custom.bought", "decimal", { reads: ["order"] });
const objects = [{ ...customer, fields: [...customer.fields, bought] }];

it("reads again only what shows values made of what changed", async () => {
  const client = new QueryClient();
  const keys = {
    plain: listQuery("customers", { fields: ["name"] }).queryKey,
    shown: listQuery("customers", { fields: ["name", "custom.bought"] }).queryKey,
    sorted: listQuery("customers", { fields: ["name"], sort: "-custom.bought" }).queryKey,
    one: recordQuery("customers", "1").queryKey,
  };
  const stale = async (changed: string, mayMove = true) => {
    for (const key of Object.values(keys)) client.setQueryData(key as readonly unknown[], {});
    await showRolledUp(client, objects, new Map([[changed, null]]), () => mayMove);
    const isStale = (key: readonly unknown[]) => client.getQueryState(key)?.isInvalidated;
    return Object.entries(keys).flatMap(([name, key]) => (isStale(key) ? name : []));
  };
  expect(await stale("order")).toEqual(["shown", "sorted", "one"]);
  expect(await stale("order", false)).toEqual(["one"]);
  expect(await stale("task")).toEqual([]);
});
