import { expect, it } from "vitest";
import type { Job } from "@/api/types";
import type { Notification } from "@/notifications/notificationsApi";
import { placeOf } from "@/notifications/placeOf";
import { customer } from "@/test/objects";

const item: Notification = {
  id: 1,
  kind: "changed",
  at: "2026-03-01T16:30:00+00:00",
  is_read: false,
  count: 1,
  actors: [],
  object: "customer",
  record: { id: "c1", label: "张伟" },
  belongs_to: null,
  fields: ["city"],
  added: [],
  excerpt: null,
  job: null,
};
const objects = [customer, { ...customer, name: "interaction", path: "interactions" }];
const pages = new Set(["customer", "task"]);

it("leads to the record", () => {
  expect(placeOf(item, objects, pages)).toEqual({ to: "/customers/c1" });
});

it("leads to the page that shows what has none of its own", () => {
  const note: Notification = {
    ...item,
    kind: "mentioned",
    object: "interaction",
    record: { id: "i1", label: "" },
    belongs_to: { id: "c1", label: "张伟", type: "customer" },
  };
  expect(placeOf(note, objects, pages)).toEqual({ to: "/customers/c1" });
});

it("leads to a list of mine when many were given to me", () => {
  const many: Notification = { ...item, kind: "assigned", count: 12 };
  expect(placeOf(many, objects, pages)?.to).toBe("/customers");
  expect(placeOf({ ...many, count: 1 }, objects, pages)?.to).toBe("/customers/c1");
});

it("leads nowhere from an object the role has no longer", () => {
  expect(placeOf({ ...item, object: "secret" }, objects, pages)).toBeNull();
});

const job: Job = {
  id: "j1",
  kind: "bulk_edit",
  title: "Change many records",
  state: "done",
  done: 5,
  total: 5,
  message: "",
  result: { changed: 2, refused: 3, reasons: [] },
  error: null,
  object: "customer",
  subject: null,
  created_at: item.at,
  started_at: item.at,
  finished_at: item.at,
  can: [],
};

it("leads to what a bulk edit left as it was", () => {
  const ended: Notification = { ...item, kind: "job", object: "job", job };
  const search = { filter: { and: [{ refused_by: "j1" }] } };
  expect(placeOf(ended, objects, pages)).toEqual({ to: "/customers", search });
  const all = { ...ended, job: { ...job, result: { changed: 5, refused: 0, reasons: [] } } };
  expect(placeOf(all, objects, pages)).toBeNull();
});
