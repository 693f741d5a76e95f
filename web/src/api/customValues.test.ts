import { expect, it } from "vitest";
import { flat, flatPage, nested } from "@/api/customValues";

const sent = { id: "1", can: [], name: "Ada", custom: { rank: "12.50", grade: null } };
const held = { id: "1", can: [], name: "Ada", "custom.rank": "12.50", "custom.grade": null };

it("puts custom fields beside the others, and back where they are sent", () => {
  expect(flat(sent)).toEqual(held);
  expect(nested(held)).toEqual(sent);
});

it("leaves alone what has no custom fields", () => {
  const plain = { id: "1", can: [], name: "Ada" };
  expect(flat(plain)).toEqual(plain);
  expect(nested(plain)).toBe(plain);
});

it("keeps what a page has besides its records", () => {
  expect(flatPage({ items: [sent], next: "x" })).toEqual({ items: [held], next: "x" });
});
