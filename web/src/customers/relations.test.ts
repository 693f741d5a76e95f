import { expect, it } from "vitest";
import { readings, relationOf, relationshipValues } from "@/customers/relations";

const zhang = { id: "z", label: "张伟" };
const acme = { id: "a", label: "Acme" };
const row = {
  id: "r",
  can: ["delete"],
  customer: zhang,
  kind: "contact_of",
  other: acme,
  role: "",
};

it("reads one relationship from both ends", () => {
  expect(relationOf(row, "z")).toMatchObject({ direction: "out", other: acme });
  expect(relationOf(row, "a")).toMatchObject({ direction: "in", other: zhang });
});

it("leaves out an end the role may not see", () => {
  expect(relationOf({ ...row, other: null }, "z")).toBeNull();
});

it("creates it the way it was said", () => {
  expect(relationshipValues("in.contact_of", "a", "z")).toEqual({
    customer: "z",
    kind: "contact_of",
    other: "a",
  });
  expect(relationshipValues("out.partner", "a", "z")).toMatchObject({ customer: "a", other: "z" });
});

it("offers mutual kinds once", () => {
  expect(readings(["contact_of", "partner"])).toEqual([
    "in.contact_of",
    "out.contact_of",
    "out.partner",
  ]);
});
