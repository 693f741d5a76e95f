import { describe, expect, it } from "vitest";
import type { FieldMeta } from "@/api/types";
import { type Names, place, readText } from "@/objects/grid/block";
import { field, rows } from "@/test/objects";

const t = ((key: string) => key) as unknown as Parameters<typeof readText>[2];
const [record] = rows;
const names: Names = new Map([
  [
    "owner",
    [
      { id: "7", label: "王芳" },
      { id: "8", label: "Lee" },
      { id: "9", label: "Lee" },
    ],
  ],
  [
    "tags",
    [
      { id: "1", label: "vip" },
      { id: "2", label: "old" },
    ],
  ],
]);
const read = (one: FieldMeta, text: string) => {
  if (!record) throw new Error("no record");
  return readText({ record, field: one, text }, names, t);
};
const columns = [field("name"), field("phone")].map((one) => ({
  field: one,
  width: 100,
  pinned: false,
}));

describe("what a pasted text means", () => {
  const stage = field("stage", "choice", { choices: [{ value: "growth", label: "成长期" }] });

  it("is a value of the cell's own kind", () => {
    expect(read(stage, "成长期")).toEqual({ value: "growth" });
    expect(read(field("n", "money"), "￥1,234.50")).toEqual({ value: "1234.50" });
    expect(read(field("n", "number"), "12")).toEqual({ value: 12 });
    expect(read(field("b", "boolean"), "是")).toEqual({ value: true });
    expect(read(field("d", "date"), "2026年3月5日")).toEqual({ value: "2026-03-05" });
    expect(read(field("owner", "link"), "王芳")).toEqual({ value: { id: "7", label: "王芳" } });
    expect(read(field("tags", "tags"), "vip, old")).toMatchObject({ value: [{}, {}] });
    expect(read(field("x"), "=1+1")).toEqual({ value: "=1+1" });
    expect(read(field("x"), "")).toEqual({ value: null });
    expect(read(field("f", "file"), "")).toEqual({ value: null });
  });

  it("is a fault, with its reason, where it fits no cell of that kind", () => {
    expect(read(stage, "robot")).toEqual({ fault: "paste.noChoice" });
    expect(read(field("n", "money"), "1e5")).toEqual({ fault: "paste.noNumber" });
    expect(read(field("n", "number"), "twelve")).toEqual({ fault: "paste.noNumber" });
    expect(read(field("b", "boolean"), "perhaps")).toEqual({ fault: "paste.noBoolean" });
    expect(read(field("owner", "link"), "Nobody")).toEqual({ fault: "paste.noRecord" });
    expect(read(field("owner", "link"), "Lee")).toEqual({ fault: "paste.severalRecords" });
    expect(read(field("f", "file"), "合同.pdf")).toEqual({ fault: "paste.noFile" });
    expect(read(field("x", "text", { required: true }), " ")).toEqual({ fault: "paste.required" });
    expect(read(field("x", "text", { read_only: true }), "y")).toEqual({ fault: "paste.locked" });
  });

  it("is told of each of ten thousand wrong cells", () => {
    const wrong = Array.from({ length: 10_000 }, () => read(field("n", "number"), "x"));
    expect(wrong.every((answer) => "fault" in answer)).toBe(true);
  });
});

describe("where pasted texts go", () => {
  const whole = { top: 0, bottom: 2, left: 1, right: 1 };

  it("is all of the block for one, from its corner on for several", () => {
    expect(place([["x"]], whole, rows, columns)).toHaveLength(3);
    const two = place([["a", "b"]], { ...whole, left: 0 }, rows, columns);
    expect(two?.map(({ field: { name }, text }) => [name, text])).toEqual([
      ["name", "a"],
      ["phone", "b"],
    ]);
  });

  it("is nowhere if they would lie beyond the list", () => {
    expect(place([["a", "b"]], whole, rows, columns)).toBeNull();
    expect(place([["1"], ["2"]], { ...whole, top: 2 }, rows, columns)).toBeNull();
  });
});
