import { describe, expect, it } from "vitest";
import {
  type AttentionPages,
  itemsOf,
  neighbour,
  step,
  withoutItem,
} from "@/insight/attentionCache";
import type { Attention } from "@/insight/insightApi";

const item = (id: string): Attention => ({
  id,
  customer: { id: `c-${id}`, label: id },
  owner: null,
  kind: "late",
  stake: null,
  why: "",
  records: [],
  suggestion: { kind: "call", title: "" },
  call: { allowed: true, text: "" },
  created_at: "2026-03-01T00:00:00+00:00",
  can: ["do"],
});

const pages: AttentionPages = {
  pages: [
    { items: [item("a"), item("b")], next: "x", total: 3 },
    { items: [item("c")], next: null, total: 3 },
  ],
  pageParams: [null, "x"],
};

describe("withoutItem", () => {
  it("takes the item out of its page and off every total", () => {
    const left = withoutItem(pages, "c");
    expect(itemsOf(left).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(left.pages.map(({ total }) => total)).toEqual([2, 2]);
  });

  it("leaves a list without it as it is", () => {
    expect(withoutItem(pages, "z")).toBe(pages);
  });
});

describe("neighbour and step", () => {
  const items = itemsOf(pages);
  it("goes on with the next, at the end with the one before", () => {
    expect(neighbour(items, "a")).toBe("b");
    expect(neighbour(items, "c")).toBe("b");
    expect(neighbour([item("a")], "a")).toBeNull();
  });

  it("stays within the list", () => {
    expect(step(items, null, 1)).toBe("a");
    expect(step(items, "a", -1)).toBe("a");
    expect(step(items, "b", 1)).toBe("c");
    expect(step(items, "c", 1)).toBe("c");
  });
});
