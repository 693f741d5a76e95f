import { expect, it } from "vitest";
import { fieldAt } from "@/objects/filter/filterFields";
import { customer, field } from "@/test/objects";

const user = { ...customer, name: "user", fields: [field("full_name")] };
const equipment = {
  ...customer,
  name: "custom_equipment",
  fields: [
    field("owner", "link", { target: "user" }),
    field("custom.partner", "link", { target: "customer", label: "Partner" }),
    field("custom.rank", "decimal"),
  ],
};
const objects = [
  user,
  equipment,
  { ...customer, fields: [...customer.fields, field("owner", "link", { target: "user" })] },
];

it.each([
  ["owner.full_name", "owner › full_name"],
  ["custom.rank", "custom.rank"],
  ["custom.partner", "Partner"],
  ["custom.partner.name", "Partner › name"],
  ["custom.partner.owner.full_name", "Partner › owner › full_name"],
])("follows links built in and custom: %s", (path, label) => {
  expect(fieldAt(objects, equipment, path)?.label).toBe(label);
});

it.each(["custom", "custom.part", "custom.partner.", "custom.rank.name", "partner.name", ""])(
  "leads nowhere: %s",
  (path) => {
    expect(fieldAt(objects, equipment, path)).toBeUndefined();
  },
);
