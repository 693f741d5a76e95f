/** Where a notification leads. */
import { refusalsOf } from "@/api/jobs";
import { findObject } from "@/api/meta";
import type { Filter, ObjectMeta } from "@/api/types";
import type { Notification } from "@/notifications/notificationsApi";
import { recordPath } from "@/objects/record/recordPath";

export interface Place {
  to: string;
  search?: { filter: Filter; sort?: string };
}

const mine: Filter = { and: [{ field: "owner", op: "in", value: ["me"] }] };

/** The page of the record, or of the one that shows it if such have `pages` of their own; many that
 * were given, or that a bulk edit could not change, are a list. */
export function placeOf(
  item: Notification,
  objects: ObjectMeta[],
  pages: ReadonlySet<string>,
): Place | null {
  const { kind, object, record, belongs_to: owner, count, job } = item;
  if (job) {
    const left =
      refusalsOf(job) && pages.has(job.object ?? "") && findObject(objects, job.object ?? "");
    if (left) return { to: `/${left.path}`, search: { filter: { and: [{ refused_by: job.id }] } } };
    return job.kind.startsWith("import_") ? { to: `/imports/${job.subject}` } : null;
  }
  if (kind === "webhook") return { to: "/settings/webhooks" };
  const shown = owner && !pages.has(object) ? owner : { type: object, id: record.id };
  const path = findObject(objects, shown.type)?.path;
  if (!path) return null;
  if (kind === "assigned" && count > 1) {
    return { to: `/${path}`, search: { filter: mine, sort: "-updated_at" } };
  }
  return { to: recordPath(path, shown.id) };
}
