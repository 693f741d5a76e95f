import { describe, expect, it } from "vitest";
import type { SavedView } from "@/api/types";
import { parseListSearch } from "@/objects/list/listSearch";
import { definitionOf, formatColumns, listState } from "@/objects/list/listState";
import { customer } from "@/test/objects";

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
