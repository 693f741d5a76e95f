import { describe, expect, it } from "vitest";
import { moveColumn, pinColumn } from "@/objects/grid/gridTypes";
import { field } from "@/test/objects";

const columns = ["a", "b", "c", "d"].map((name, at) => ({
  field: field(name),
  width: 100,
  pinned: at < 2,
}));
const told = (some: typeof columns) =>
  some.map(({ field: { name }, pinned }) => (pinned ? name.toUpperCase() : name)).join("");

describe("pinned columns", () => {
  it("come first: one that is pinned joins them, one let go comes right behind", () => {
    expect(told(pinColumn(columns, 3, true))).toBe("ABDc");
    expect(told(pinColumn(columns, 0, false))).toBe("Bacd");
  });

  it("take in what is moved among them, and let go what leaves", () => {
    expect(told(moveColumn(columns, 3, 0))).toBe("DABc");
    expect(told(moveColumn(columns, 0, 3))).toBe("Bcda");
    expect(told(moveColumn(columns, 0, 1))).toBe("BAcd");
    expect(told(moveColumn(columns, 2, 3))).toBe("ABdc");
    expect(told(moveColumn(columns, 3, 2))).toBe("ABdc");
  });
});
