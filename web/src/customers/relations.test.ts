import { expect, it } from "vitest";
import { byTime, isFormer, readings, relationOf, relationshipValues } from "@/customers/relations";

const zhang = { id: "z", label: "张伟" };
const acme = { id: "a", label: "Acme" };
const row = {
  id: "r",
  can: ["delete", "end"],
  customer: zhang,
  kind: "contact_of",
  other: acme,
  role: "",
  roles: ["decider"],
  since: "2024-05-01",
  until: null,
};

it("reads one relationship from both ends", () => {
  expect(relationOf(row, "z")).toMatchObject({ direction: "out", other: acme });
  expect(relationOf(row, "a")).toMatchObject({ direction: "in", other: zhang, roles: ["decider"] });
});

it("leaves out an end the role may not see", () => {
  expect(relationOf({ ...row, other: null }, "z")).toBeNull();
});

it("has no roles and no days where the role may not see them", () => {
  const { roles: _roles, since: _since, until: _until, ...few } = row;
  expect(relationOf(few, "z")).toMatchObject({ roles: [], since: null, until: null });
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

it("counts the last day in", () => {
  expect(isFormer({ until: "2024-05-01" }, "2024-05-01")).toBe(false);
  expect(isFormer({ until: "2024-05-01" }, "2024-05-02")).toBe(true);
  expect(isFormer({ until: null }, "2024-05-02")).toBe(false);
});

it("shows parents first, and what is over apart, the last first", () => {
  const of = (id: string, kind: string, until: string | null = null) => {
    const found = relationOf({ ...row, id, kind, until }, "a");
    if (!found) throw new Error("an end is missing");
    return found;
  };
  const all = [
    of("referrer", "referrer"),
    of("long ago", "partner", "2019-01-01"),
    of("contact", "contact_of"),
    of("lately", "partner", "2024-01-01"),
    of("parent", "parent_company"),
  ];
  const { current, former } = byTime(all, "2024-05-01");
  expect(current.map(({ id }) => id)).toEqual(["parent", "contact", "referrer"]);
  expect(former.map(({ id }) => id)).toEqual(["lately", "long ago"]);
});
