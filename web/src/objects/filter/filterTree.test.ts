import { describe, expect, it } from "vitest";
import type { Filter } from "@/api/types";
import {
  complete,
  fromParts,
  groupOf,
  isFilter,
  joinOf,
  partsOf,
  topParts,
} from "@/objects/filter/filterTree";

const city: Filter = { field: "city", op: "contains", value: "苏" };

describe("complete", () => {
  it("drops conditions that are still being written, and groups left empty", () => {
    const draft: Filter = {
      and: [
        city,
        { field: "name", op: "contains", value: "" },
        { or: [{ field: "owner", op: "in", value: [] }] },
        { field: "total", op: "between", value: [1, null] },
      ],
    };
    expect(complete(draft)).toEqual({ and: [city] });
  });

  it("keeps conditions that need no value, and false and 0", () => {
    const filter: Filter = {
      or: [
        { field: "phone", op: "empty" },
        { field: "is_vip", op: "eq", value: false },
        { field: "orders", op: "gt", value: 0 },
      ],
    };
    expect(complete(filter)).toEqual(filter);
  });

  it("keeps what only the API can write", () => {
    const filter: Filter = { and: [{ has: "orders", where: null }, { refused_by: "j1" }] };
    expect(complete(filter)).toEqual(filter);
  });
});

describe("a group", () => {
  it("none of whose parts hold is a negated or", () => {
    const none = groupOf("none", [city, city]);
    expect(none).toEqual({ not: { or: [city, city] } });
    expect([joinOf(none), partsOf(none)]).toEqual(["none", [city, city]]);
    expect(partsOf({ not: city })).toEqual([city]);
    expect(complete({ not: { or: [{ ...city, value: "" }] } })).toBeNull();
  });
});

describe("isFilter", () => {
  it("looks all through it", () => {
    const whole = {
      and: [
        { or: [city] },
        { not: city },
        { has: "orders", where: { and: [city] } },
        { refused_by: "j1" },
      ],
    };
    expect(isFilter(whole)).toBe(true);
    for (const broken of [
      { and: 3 },
      { and: [null] },
      { or: [{ not: "x" }] },
      { has: "orders", where: [] },
      { field: 1, op: "eq" },
      { refused_by: 1 },
      [],
      "city",
    ]) {
      expect(isFilter(broken)).toBe(false);
    }
  });
});

describe("chips", () => {
  it("are the parts of the outermost and", () => {
    expect(topParts({ and: [city] })).toEqual([city]);
    expect(topParts({ or: [city, city] })).toEqual([{ or: [city, city] }]);
    expect(topParts(null)).toEqual([]);
  });

  it("none left is no filter", () => {
    expect(fromParts([])).toBeNull();
  });
});
