import type { FieldMeta, FieldTypeName, ObjectMeta, RecordRow } from "@/api/types";

export function field(
  name: string,
  type: FieldTypeName = "text",
  more: Partial<FieldMeta> = {},
): FieldMeta {
  return {
    name,
    type,
    label: name,
    required: false,
    read_only: false,
    sortable: true,
    filterable: true,
    nullable: true,
    operators: ["eq", "contains"],
    ...more,
  };
}

export const customer: ObjectMeta = {
  name: "customer",
  path: "customers",
  area: "customers",
  icon: "",
  label: "Customer",
  label_plural: "Customers",
  title_field: "name",
  can: ["read", "create", "change", "delete"],
  fields: [
    field("name", "text", { required: true }),
    field("phone", "phone"),
    field("stage", "choice", {
      choices: [
        { value: "growth", label: "Growth" },
        { value: "maturity", label: "Maturity" },
      ],
    }),
    field("monetary", "money", { read_only: true, currency: "CNY" }),
  ],
  list: { columns: ["name", "phone", "stage", "monetary"], sort: "name" },
  groups: [{ name: "main", label: "Facts", fields: ["name", "phone", "stage", "monetary"] }],
  form: ["name", "phone", "stage"],
  search: true,
  actions: [],
};

export const rows: RecordRow[] = [
  { id: "1", name: "张伟", phone: "139", stage: "growth", monetary: "12.50", can: ["change"] },
  { id: "2", name: "Ada", phone: null, stage: null, monetary: null, can: ["change"] },
  { id: "3", name: "锁定", phone: "555", stage: null, monetary: null, can: [] },
];
