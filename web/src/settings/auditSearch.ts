/** What the address of the audit log says: whose events, of what, and of which days. */
import type { AuditAction } from "@/api/audit";

export const actions = ["insert", "update", "delete", "restore", "purge"] as const;

export interface AuditSearch {
  actor?: string;
  object?: string;
  action?: AuditAction;
  /** The first and the last day, YYYY-MM-DD. */
  since?: string;
  until?: string;
}

const day = /^\d{4}-\d{2}-\d{2}$/;
const textOf = (value: unknown, form: RegExp) =>
  typeof value === "string" && form.test(value) ? value : undefined;

export function parseAuditSearch(search: Record<string, unknown>): AuditSearch {
  return {
    actor: textOf(search.actor, /^[0-9a-f-]{36}$/),
    object: textOf(search.object, /^\w+$/),
    action: actions.find((action) => action === search.action),
    since: textOf(search.since, day),
    until: textOf(search.until, day),
  };
}
