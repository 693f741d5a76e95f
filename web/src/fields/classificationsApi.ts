/** Classifications: what customers are divided by, with the rules that do it. */
import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import { isActive } from "@/api/jobs";
import type { Filter, Job, Schemas } from "@/api/types";
import { fresh, isSaved, withValues } from "@/fields/draft";
import type { Choice } from "@/fields/fieldsApi";
import { asGroup, complete, type Group, isHalfWritten } from "@/objects/filter/filterTree";
import { type Texts, textIn } from "@/ui/languages";

export type Classification = Omit<Schemas["ClassificationOut"], "classes" | "rules"> & {
  classes: Choice[];
  rules: { key: string; name: string; result: string; filter: Filter }[];
};
export type Trial = Schemas["TrialOut"];

export interface RuleDraft {
  key: string;
  name: string;
  result: string;
  filter: Group;
}

/** A classification as it is being written; classes that are new are known by a stand-in. */
export interface ClassificationDraft {
  labels: Texts;
  key?: string;
  classes: Choice[];
  rules: RuleDraft[];
  otherwise: string;
  nightly: boolean;
}

export const classificationsQuery = queryOptions({
  queryKey: ["classifications"],
  queryFn: async ({ signal }) =>
    (await get<{ items: Classification[] }>("/classifications", {}, signal)).items,
  refetchInterval: ({ state }) =>
    state.data?.some(({ job }) => job && isActive(job)) ? 1_500 : false,
});

let numbered = 0;

/** Classes that have no value yet get a stand-in, so that rules can name them. */
export const named = (classes: Choice[]): Choice[] =>
  classes.map((one) => {
    if (one.value) return one;
    numbered += 1;
    return { ...one, value: `${fresh}${numbered}` };
  });

export const newClassification = (): ClassificationDraft => {
  const classes = named([
    { value: "", labels: {} },
    { value: "", labels: {} },
  ]);
  return { labels: {}, classes, rules: [], otherwise: "", nightly: true };
};

export const draftOf = (one: Classification): ClassificationDraft => ({
  labels: one.labels,
  classes: one.classes,
  rules: one.rules.map((rule) => ({ ...rule, filter: asGroup(rule.filter) })),
  otherwise: one.otherwise,
  nightly: one.nightly,
});

/** Where conditions are half written: left out, a rule would hold of others, or of everybody. */
export const halfWritten = ({ rules }: ClassificationDraft): string[] =>
  rules.flatMap((rule, at) => (isHalfWritten(rule.filter) ? [`rules.${at}.filter`] : []));

/** What is sent: new classes by the values they get. */
export function asSent(draft: ClassificationDraft) {
  const kept = draft.classes.filter((one) => isSaved(one) || textIn(one.labels, "en"));
  const classes = withValues(kept);
  const values = new Map(kept.map(({ value }, at) => [value, classes[at]?.value ?? ""]));
  const classOf = (value: string) => values.get(value) ?? "";
  const key = draft.key?.trim();
  return {
    labels: Object.fromEntries(Object.entries(draft.labels).filter(([, text]) => text.trim())),
    ...(key ? { key } : {}),
    classes,
    rules: draft.rules.map((rule) => ({
      ...rule,
      result: classOf(rule.result),
      filter: complete(rule.filter) ?? { and: [] },
    })),
    otherwise: classOf(draft.otherwise),
    nightly: draft.nightly,
  };
}

const address = ({ id }: Classification, verb = "") => `/classifications/${id}${verb}`;

export function saveClassification(old: Classification | null, draft: ClassificationDraft) {
  const body = asSent(draft);
  if (!old) return request<Classification>("POST", "/classifications", { body });
  return request<Classification>("PATCH", address(old), { body });
}

export async function tryClassification(old: Classification | null, draft: ClassificationDraft) {
  const { classes, rules, otherwise } = asSent(draft);
  const offered = classes.filter(({ archived }) => !archived).map(({ value }) => value);
  const body = { classification: old?.id ?? null, classes: offered, rules, otherwise };
  return (await request<Trial>("POST", "/classifications/trial", { body })).data;
}

export const applyClassification = async (one: Classification) =>
  (await request<Job>("POST", address(one, "/apply"))).data;

export const archiveClassification = (one: Classification) =>
  request<Classification>("POST", address(one, "/archive"));

export const restoreClassification = (one: Classification) =>
  request<Classification>("POST", address(one, "/restore"));
