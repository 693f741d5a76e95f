import { describe, expect, it } from "vitest";
import type { ObjectMeta, SavedView } from "@/api/types";
import { type ListSearch, parseListSearch } from "@/objects/list/listSearch";
import { definitionOf, formatColumns, listState } from "@/objects/list/listState";
import { formatBy, kindsOf } from "@/objects/list/viewKind";
import { customer, field } from "@/test/objects";

const view: SavedView = {
  id: "v1",
  name: "苏州",
  object: "customer",
  kind: "table",
  shared: "private",
  pinned: false,
  owner: null,
  can: [],
  definition: {
    columns: ["phone", "gone"],
    widths: { phone: 99 },
    filter: { and: [{ field: "city", op: "eq", value: "苏州" }] },
    sort: "-phone",
  },
};

describe("listState", () => {
  it("is the object's own list without a view", () => {
    const state = listState(customer, {}, []);
    expect(state.columns.map(({ field }) => field.name)).toEqual(customer.list.columns);
    expect(state).toMatchObject({ sort: "name", filter: null, isChanged: false });
  });

  it("takes a view, leaving out fields that are gone", () => {
    const state = listState(customer, { view: "v1" }, [view]);
    expect(state.columns.map(({ field, width }) => [field.name, width])).toEqual([["phone", 99]]);
    expect(state).toMatchObject({ sort: "-phone", isChanged: false });
  });

  it("lets the address win, even to clear the view's filter", () => {
    const state = listState(customer, { view: "v1", filter: null }, [view]);
    expect(state).toMatchObject({ filter: null, sort: "-phone", isChanged: true });
  });

  it("is unchanged once what was changed is set back, in whatever order its keys are", () => {
    const filter = { and: [{ value: "苏州", op: "eq", field: "city" }] };
    const search = { view: "v1", filter, sort: "-phone", cols: ["phone:99:pin"], group: null };
    expect(listState(customer, search, [view])).toMatchObject({ isChanged: false });
    expect(listState(customer, { ...search, sort: "phone" }, [view]).isChanged).toBe(true);
    expect(listState(customer, { ...search, cols: ["phone:98:pin"] }, [view]).isChanged).toBe(true);
    expect(listState(customer, { ...search, cols: ["phone:99"] }, [view]).isChanged).toBe(true);
  });

  it("comes back the same from the view it is saved as", () => {
    const cols = ["stage:77:pin", "name:100:pin", "monetary:130:avg", "phone:90:sum"];
    const state = listState(customer, { cols, sort: "stage" }, []);
    expect(formatColumns(state.columns)).toEqual([...cols.slice(0, 3), "phone:90"]);
    const saved = { ...view, definition: definitionOf(state) };
    const again = listState(customer, { view: "v1" }, [saved]);
    expect(again).toMatchObject({ columns: state.columns, sort: "stage", filter: null });
  });
});

describe("boards, calendars and charts", () => {
  const task: ObjectMeta = {
    ...customer,
    fields: [
      field("name"),
      field("kind", "choice", { board: true, groupable: true }),
      field("status", "choice", { board: true, groupable: true }),
      field("due_on", "date", { groupable: true }),
      field("done_at", "datetime"),
      field("amount", "money"),
    ],
    list: { columns: ["name", "kind", "due_on"], sort: "name" },
  };
  const state = (search: ListSearch, saved: SavedView[] = [], object = task) => {
    const { kind, by, sum, span, shape, isChanged } = listState(object, search, saved);
    return { kind, by: by && formatBy(by), sum: sum?.name, span, shape, isChanged };
  };

  it("is by the field people most likely mean, or by the one that is named", () => {
    expect(state({ kind: "board" })).toMatchObject({ by: "kind", isChanged: true });
    expect(state({ kind: "calendar" }).by).toBe("due_on");
    expect(state({ kind: "calendar", by: "done_at" }).by).toBe("done_at");
    expect(state({ kind: "chart", by: "done_at:week" })).toMatchObject({
      by: "done_at:week",
      shape: "line",
    });
    expect(state({ kind: "chart", by: "due_on:hour" }).by).toBe("due_on:month");
    expect(state({ kind: "board", by: "due_on" }).by).toBe("kind");
    const actions = [
      { name: "end", label: "", icon: "", sets: { field: "status", value: "done" } },
    ];
    expect(state({ kind: "board" }, [], { ...task, actions }).by).toBe("status");
  });

  it("stays a table where no field makes another", () => {
    expect(kindsOf(task)).toEqual(["table", "board", "calendar", "chart"]);
    const plain = { ...task, fields: [field("name")] };
    expect(kindsOf(plain)).toEqual(["table"]);
    expect(state({ kind: "board" }, [], plain)).toMatchObject({ kind: "table", isChanged: false });
  });

  it("comes from the view of its kind, and comes back the same from the view it is saved as", () => {
    const shown = listState(task, { kind: "board", by: "status", sum: "amount" }, []);
    const saved: SavedView = { ...view, kind: shown.kind, definition: definitionOf(shown) };
    const inView = { view: "v1" };
    const kept = { kind: "board", by: "status", sum: "amount", isChanged: false };
    expect(state(inView, [saved])).toMatchObject(kept);
    expect(state({ ...inView, sum: null }, [saved])).toMatchObject({
      sum: undefined,
      isChanged: true,
    });
    // What a board adds up or is by says nothing of a chart.
    expect(state({ ...inView, kind: "chart" }, [saved])).toMatchObject({
      by: "kind",
      sum: undefined,
      isChanged: true,
    });
  });

  it("takes nothing from an address that is none of it", () => {
    const search = parseListSearch({ kind: "wall", span: "year", shape: "pie", day: "tomorrow" });
    expect(search).toMatchObject({ kind: undefined, span: undefined, shape: undefined });
    expect(search.day).toBeUndefined();
    expect(parseListSearch({ day: "2026-02-03", sum: null })).toMatchObject({
      day: "2026-02-03",
      sum: null,
    });
  });
});

describe("parseListSearch", () => {
  it("keeps what it knows and drops half conditions and other types", () => {
    const filter = { and: [{ field: "name", op: "contains", value: "" }] };
    const search = parseListSearch({ q: 139, filter, cols: ["name", 3], peek: {}, other: "x" });
    expect(search).toEqual({
      view: undefined,
      q: "139",
      filter: null,
      sort: undefined,
      cols: ["name"],
      peek: undefined,
    });
  });

  it("does without fields that are there no more", () => {
    const state = listState(customer, { cols: ["custom.gone", "name"], sort: "custom.gone" }, []);
    expect(state.columns.map(({ field }) => field.name)).toEqual(["name"]);
    expect(state.sort).toBe(customer.list.sort);
  });
});
