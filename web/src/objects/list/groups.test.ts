import { describe, expect, it } from "vitest";
import type { FieldMeta, Group } from "@/api/types";
import { groupCondition, sortGroups, summable } from "@/objects/list/groups";

const field = (values: Partial<FieldMeta>) =>
  ({ name: "f", label: "F", operators: [], ...values }) as FieldMeta;

describe("summable", () => {
  it("adds up figures, and money whatever its currency: the server converts it", () => {
    expect(summable(field({ type: "money", currency: "currency" }))).toBe(true);
    expect(summable(field({ type: "number" }))).toBe(true);
    expect(summable(field({ type: "score" }))).toBe(false);
  });
});

describe("groupCondition", () => {
  it("asks as the field can be asked", () => {
    expect(groupCondition(field({ operators: ["in", "empty"] }), "a").value).toEqual(["a"]);
    expect(groupCondition(field({ operators: ["eq", "empty"] }), true)).toEqual({
      field: "f",
      op: "eq",
      value: true,
    });
    expect(groupCondition(field({ operators: ["in", "empty"] }), null).op).toBe("empty");
    expect(groupCondition(field({ operators: ["eq", "empty"] }), "").op).toBe("empty");
  });
});

describe("sortGroups", () => {
  const groups: Group[] = [
    { key: "a", label: null, count: 1, sum_x: null },
    { key: "b", label: null, count: 3, sum_x: "9" },
    { key: "c", label: null, count: 2, sum_x: "10" },
  ];
  const keys = (name: "count" | "sum_x", descending: boolean) =>
    sortGroups(groups, { name, descending }).map(({ key }) => key);

  it("compares numbers, and leaves what has none to the end", () => {
    expect(keys("count", true)).toEqual(["b", "c", "a"]);
    expect(keys("sum_x", true)).toEqual(["c", "b", "a"]);
    expect(keys("sum_x", false)).toEqual(["b", "c", "a"]);
  });
});
