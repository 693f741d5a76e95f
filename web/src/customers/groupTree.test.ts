import { expect, it } from "vitest";
import { branches, sizeOf, wayTo } from "@/customers/groupTree";
import type { Member } from "@/customers/relations";

const member = (id: string, parent: string | null, depth: number): Member => ({
  id,
  parent,
  depth,
  label: id,
  kind: "organization",
  category: "consumer",
  link: null,
  since: null,
  until: null,
  figures: {},
});
const rows = [
  member("root", null, 0),
  member("a", "root", 1),
  member("a1", "a", 2),
  member("b", "root", 1),
];

it("puts each below its parent, in the order told", () => {
  const [root] = branches(rows);
  expect(root?.below.map((one) => one.member.id)).toEqual(["a", "b"]);
  expect(root?.below[0]?.below.map((one) => one.member.id)).toEqual(["a1"]);
  expect(sizeOf(branches(rows))).toBe(4);
});

it("keeps who stands below somebody that is not shown", () => {
  expect(branches([member("far", "unseen", 7)]).map((one) => one.member.id)).toEqual(["far"]);
});

it("knows the way to one", () => {
  expect(wayTo(branches(rows), "a1")).toEqual(["root", "a", "a1"]);
  expect(wayTo(branches(rows), "nobody")).toEqual([]);
});
