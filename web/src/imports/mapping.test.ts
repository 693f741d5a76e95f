import { describe, expect, it } from "vitest";
import type { ColumnMapping, ImportTarget, TargetField } from "@/imports/importsApi";
import { fieldGroups, mapColumn, missingFields, samplesOf } from "@/imports/mapping";

const field = (name: string, more: Partial<TargetField> = {}): TargetField => ({
  name,
  label: name,
  required: false,
  ...more,
});

const name = field("name", { required: true });
const firm = field("name", { required: true, half: "organization" });
const phone = field("phone");
const tags = field("tags", { multiple: true });
const target: ImportTarget = { name: "customer", label: "", fields: [name, phone, tags, firm] };

const mapping: ColumnMapping[] = [
  { column: 0, field: "name" },
  { column: 1, field: "tags" },
  { column: 2, field: null },
];

describe("mapColumn", () => {
  it("takes a field from the column that had it", () => {
    expect(mapColumn(mapping, 2, name).map((entry) => entry.field)).toEqual([null, "tags", "name"]);
  });

  it("gives a field that takes several to both", () => {
    expect(mapColumn(mapping, 2, tags).filter((entry) => entry.field === "tags")).toHaveLength(2);
  });

  it("tells the halves apart and can let go", () => {
    const both = mapColumn(mapping, 2, firm);
    expect(both[0]?.field).toBe("name");
    expect(both[2]).toEqual({ column: 2, field: "name", half: "organization" });
    expect(mapColumn(both, 2, null)[2]).toEqual({ column: 2, field: null, half: null });
  });
});

describe("missingFields", () => {
  it("names what a half in use lacks", () => {
    expect(missingFields(target, mapping)).toEqual([]);
    const firmOnly = [{ column: 0, field: "phone", half: "organization" as const }];
    expect(missingFields(target, firmOnly)).toEqual([firm]);
  });

  it("asks for the first half of a file without any mapping", () => {
    expect(missingFields(target, [{ column: 0, field: null }])).toEqual([name]);
  });
});

it("shows different values, not empty ones", () => {
  const sample = [["a"], [" "], ["a"], ["b"], ["c"], ["d"]];
  expect(samplesOf({ sample }, 0)).toEqual(["a", "b", "c"]);
});

it("groups fields by half", () => {
  expect(fieldGroups(target).map(({ half }) => half)).toEqual(["", "organization"]);
});
