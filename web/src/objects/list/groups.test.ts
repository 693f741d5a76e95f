import { describe, expect, it } from "vitest";
import type { FieldMeta, Group } from "@/api/types";
import { groupConditions, sortGroups, summable } from "@/objects/list/groups";

const field = (values: Partial<FieldMeta>) =>
  ({ name: "f", label: "F", operators: [], ...values }) as FieldMeta;

describe("summable", () => {
  it("adds up figures, and money whatever its currency: the server converts it", () => {
    expect(summable(field({ type: "money", currency: "currency" }))).toBe(true);
    expect(summable(field({ type: "number" }))).toBe(true);
    expect(summable(field({ type: "score" }))).toBe(false);
  });
});

describe("groupConditions", () => {
  const of = (values: Partial<FieldMeta>, key: Group["key"]) =>
    groupConditions({ field: field(values) }, key);

  it("asks as the field can be asked", () => {
    expect(of({ operators: ["in", "empty"] }, "a")[0]?.value).toEqual(["a"]);
    expect(of({ operators: ["eq", "empty"] }, true)).toEqual([
      { field: "f", op: "eq", value: true },
    ]);
    expect(of({ operators: ["in", "empty"] }, null)[0]?.op).toBe("empty");
    expect(of({ operators: ["eq", "empty"] }, "")[0]?.op).toBe("empty");
  });

  it("asks for a period from its first day to before the next one's", () => {
    const by = { field: field({ type: "date" }), period: "quarter" as const };
    expect(groupConditions(by, "2023-10-01")).toEqual([
      { field: "f", op: "gte", value: "2023-10-01" },
      { field: "f", op: "lt", value: "2024-01-01" },
    ]);
    expect(groupConditions(by, null)).toEqual([{ field: "f", op: "empty" }]);
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
