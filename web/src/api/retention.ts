/** What is kept how long: rules that let records go, and what is forgotten by itself. */
import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Schemas } from "@/api/types";

export type RetentionRule = Schemas["RetentionRuleOut"];
export type RuleValues = Schemas["RetentionRuleIn"];
export type Kept = Schemas["KeptForOut"];
export type Due = Schemas["DueOut"];

export const retentionQuery = queryOptions({
  queryKey: ["retention"],
  queryFn: () => get<Schemas["RetentionOut"]>("/retention"),
});

export const tryRule = async (body: RuleValues) =>
  (await request<Due>("POST", "/retention/try", { body })).data;

export const saveRule = (id: string | undefined, body: RuleValues) =>
  id
    ? request<RetentionRule>("PUT", `/retention/${id}`, { body })
    : request<RetentionRule>("POST", "/retention", { body });

export const removeRule = (id: string) => request("DELETE", `/retention/${id}`);

/** The values of a rule as they are sent, to be saved with a change. */
export const valuesOf = ({ id, owner, ran_at, last, ...values }: RetentionRule): RuleValues =>
  values as RuleValues;
