import { expect, it } from "vitest";
import { reachedBy, spots } from "@/customers/networkOption";
import type { Network } from "@/customers/relations";

const node = (id: string, step: number): Network["nodes"][number] => ({
  id,
  step,
  label: id,
  kind: "person",
  category: "consumer",
});
const link = (customer: string, other: string): Network["links"][number] => ({
  id: `${customer}-${other}`,
  customer,
  other,
  kind: "partner",
  label: "",
  inverse: "",
  role: "",
  roles: [],
  since: null,
  until: null,
});
const network = {
  nodes: [node("me", 0), node("a", 1), node("b", 1), node("a1", 2), node("a2", 2)],
  links: [link("me", "a"), link("b", "me"), link("a", "a1"), link("a2", "a"), link("a", "b")],
};

it("knows through whom each was reached, whichever way the link is kept", () => {
  const by = reachedBy(network);
  expect(by.get("b")?.id).toBe("b-me");
  expect(by.get("a2")?.id).toBe("a2-a");
  expect(by.has("me")).toBe(false);
});

it("puts everyone on the ring of their steps, none upon another", () => {
  const at = spots(network);
  const far = (id: string) => Math.hypot(at.get(id)?.x ?? 0, at.get(id)?.y ?? 0);
  expect(network.nodes.map(({ id }) => Math.round(far(id)))).toEqual([0, 100, 100, 200, 200]);
  const places = [...at.values()].map(({ x, y }) => `${Math.round(x)},${Math.round(y)}`);
  expect(new Set(places).size).toBe(network.nodes.length);
});
