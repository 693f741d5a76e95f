import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, send } from "@/api/client";
import { saveFile } from "@/api/records";
import type { Schemas } from "@/api/types";

export type AuditEntry = Schemas["AuditEntry"];
export type AuditChange = Schemas["AuditChange"];
export type AuditAction = AuditEntry["action"];

/** Which events are asked for; days are instants by now. */
export interface AuditQuestion {
  actor?: string;
  object?: string;
  action?: AuditAction;
  since?: string;
  until?: string;
}

export const auditQuery = (question: AuditQuestion) =>
  infiniteQueryOptions({
    queryKey: ["audit", question],
    queryFn: ({ pageParam, signal }) =>
      get<Schemas["AuditOut"]>("/audit", { ...question, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    staleTime: 0,
  });

/** What the log tells of, with its names. */
export const auditKindsQuery = queryOptions({
  queryKey: ["audit", "kinds"],
  queryFn: () => get<Schemas["KindOut"][]>("/audit/kinds"),
});

export async function exportAudit(question: AuditQuestion) {
  const response = await send("POST", "/audit/export", {
    body: question,
    headers: { Accept: "*/*" },
  });
  saveFile(await response.blob(), "audit.csv");
}
