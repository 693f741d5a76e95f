import type { ObjectMeta, RecordRow } from "@/api/types";

/** Address of a record's page. Some objects have a route of their own, so the router's generic template does not serve. */
export const recordPath = (path: string, id: string) => `/${path}/${id}`;

/** What a record is called. */
export const titleOf = (object: ObjectMeta, record: RecordRow) =>
  String(record[object.title_field] ?? "") || object.label;
