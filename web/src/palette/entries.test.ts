import { Contact } from "lucide-react";
import { describe, expect, it } from "vitest";
import type { Found } from "@/api/search";
import { fitOf, groupsOf, moved, pieces } from "@/palette/entries";
import type { Command } from "@/ui/commands";

const command = (id: string, label: string, group: string): Command => ({
  id,
  label,
  group,
  icon: Contact,
  run: () => {},
});

const found = (type: string, id: string): Found => ({
  type,
  id,
  title: { text: id, marks: [] },
  detail: null,
  belongs_to: null,
  recent: false,
  can: [],
});

const labels = { recent: "Recent", object: (type: string) => `${type}s` };
const commands = [
  command("log call", "记录通话", "This record"),
  command("new customer", "新建客户", "Create"),
  command("go to customers", "客户", "Go to"),
];

describe("groupsOf", () => {
  it("begins with what was opened last, then what can be done", () => {
    const groups = groupsOf("", [found("customer", "a"), found("task", "b")], commands, labels);
    expect(groups.map(({ label }) => label)).toEqual(["Recent", "This record", "Create", "Go to"]);
    expect(groups[0]?.entries).toHaveLength(2);
  });

  it("lists records by kind, in the order of the best of each", () => {
    const all = [found("task", "a"), found("customer", "b"), found("task", "c")];
    const groups = groupsOf("zw", all, commands, labels);
    expect(groups.map(({ label }) => label)).toEqual(["tasks", "customers"]);
    expect(groups[0]?.entries.map(({ key }) => key)).toEqual(["task:a", "task:c"]);
  });

  it("puts a command asked for by name before records, a likely one after them", () => {
    const groups = groupsOf("客户", [found("customer", "a")], commands, labels);
    expect(groups.map(({ label }) => label)).toEqual(["Go to", "customers", "Create"]);
  });
});

describe("fitOf", () => {
  it("knows commands by their label and by their English name", () => {
    const create = command("new customer", "新建客户", "Create");
    expect(fitOf(create, "新建")).toBe(0);
    expect(fitOf(create, "NEW")).toBe(0);
    expect(fitOf(create, "ｃｕｓｔ")).toBe(1);
    expect(fitOf(create, "客户")).toBe(2);
    expect(fitOf(create, "order")).toBeNull();
  });
});

describe("pieces", () => {
  it("marks what matched and loses nothing", () => {
    const parts = pieces("139-5512-7734", [[4, 11]]);
    expect(parts.map(({ text, marked }) => [text, marked])).toEqual([
      ["139-", false],
      ["5512-77", true],
      ["34", false],
    ]);
  });

  it("counts code points, as the server does", () => {
    const parts = pieces("😀𠮷田", [[1, 2]]);
    expect(parts.find(({ marked }) => marked)?.text).toBe("𠮷");
  });

  it("survives marks that overlap or leave the text", () => {
    const parts = pieces("abc", [
      [0, 2],
      [1, 9],
    ]);
    expect(parts.map(({ text }) => text).join("")).toBe("abc");
  });
});

describe("moved", () => {
  it("goes round", () => {
    expect(moved("ArrowDown", 2, 3)).toBe(0);
    expect(moved("ArrowUp", 0, 3)).toBe(2);
    expect(moved("PageDown", 1, 3)).toBe(2);
    expect(moved("Enter", 1, 3)).toBeNull();
    expect(moved("ArrowDown", 0, 0)).toBeNull();
  });
});
