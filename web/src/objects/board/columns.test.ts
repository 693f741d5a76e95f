import { describe, expect, it } from "vitest";
import type { Column, ObjectMeta, RecordRow } from "@/api/types";
import {
  arrange,
  blockedBy,
  canReceive,
  keyOf,
  placeOf,
  step,
  valueIn,
} from "@/objects/board/columns";
import { customer, field } from "@/test/objects";

const stage = field("stage", "choice");
const owner = field("owner", "link");
const card = (id: string, value: string | null): RecordRow => ({
  id,
  stage: value,
  can: ["change"],
});
const column = (key: string | null, ids: string[], count = ids.length): Column => ({
  key,
  label: key,
  count,
  items: ids.map((id) => card(id, key)),
  next: null,
});

describe("keyOf and valueIn", () => {
  it("read and write choices and links, and nothing as null", () => {
    expect(keyOf(stage, card("1", ""))).toBeNull();
    const link = { id: "u1", label: "李娜" };
    expect(keyOf(owner, { id: "1", can: [], owner: link })).toBe("u1");
    expect(valueIn(owner, { key: "u1", label: "李娜" })).toEqual(link);
    expect(valueIn(owner, { key: null, label: null })).toBeNull();
    expect(valueIn(stage, { key: "won", label: "Won" })).toBe("won");
  });
});

describe("arrange", () => {
  it("leaves a board alone in which nothing moved", () => {
    const columns = [column("a", ["1"]), column(null, [])];
    expect(arrange(columns, stage)).toBe(columns);
  });

  it("puts what came on top and counts it, beyond what is loaded too", () => {
    const columns = [column("a", ["1", "2", "3"], 900), column("b", ["4"], 50), column(null, [])];
    for (const row of columns[0]?.items.slice(1) ?? []) row.stage = row.id === "2" ? "b" : null;
    const shown = arrange(columns, stage);
    expect(shown.map(({ items }) => items.map(({ id }) => id))).toEqual([["1"], ["2", "4"], ["3"]]);
    expect(shown.map(({ count }) => count)).toEqual([898, 51, 1]);
  });

  it("drops what went to a column that is not shown", () => {
    const columns = [column("a", ["1", "2"])];
    if (columns[0]?.items[0]) columns[0].items[0].stage = "elsewhere";
    expect(arrange(columns, stage)[0]?.count).toBe(1);
  });
});

describe("what may be moved", () => {
  const task: ObjectMeta = {
    ...customer,
    actions: [
      { name: "complete", label: "", icon: "", sets: { field: "status", value: "done" } },
      { name: "call", label: "", icon: "" },
    ],
  };
  const status = field("status", "choice", { read_only: true });

  it("is a writable field of a record one may change", () => {
    expect(blockedBy(customer, stage, card("1", "a"))).toBeNull();
    expect(blockedBy(customer, stage, { id: "1", can: [] })).toBe("notYours");
    expect(canReceive(customer, stage, null)).toBe(true);
  });

  it("goes by verbs where the field is not written, and only where one leads", () => {
    expect(blockedBy(task, status, { id: "1", can: ["change", "complete"] })).toBeNull();
    expect(blockedBy(task, status, { id: "1", can: ["change"] })).toBe("notYours");
    expect(canReceive(task, status, "done")).toBe(true);
    expect(canReceive(task, status, "cancelled")).toBe(false);
    expect(blockedBy(task, field("score", "choice", { read_only: true }), card("1", "a"))).toBe(
      "readOnly",
    );
  });
});

describe("step", () => {
  const columns = [column("a", ["1", "2", "3"]), column("b", []), column("c", ["4"])];
  const from = (id: string, key: string) => {
    const place = placeOf(columns, id);
    return place && step(columns, place, key)?.id;
  };

  it("goes up and down in a column and sideways over empty ones", () => {
    expect(from("2", "ArrowUp")).toBe("1");
    expect(from("3", "ArrowDown")).toBeUndefined();
    expect(from("3", "ArrowRight")).toBe("4");
    expect(from("4", "ArrowLeft")).toBe("1");
    expect(from("4", "ArrowRight")).toBeUndefined();
    expect([from("2", "Home"), from("2", "End")]).toEqual(["1", "3"]);
    expect(placeOf(columns, "gone")).toBeNull();
  });
});
