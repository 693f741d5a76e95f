import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Schemas } from "@/api/types";
import { type Texts, textIn } from "@/ui/languages";
import type { IconName } from "@/ui/OwnIcon";

export type CustomObject = Schemas["CustomObjectOut"];

/** An object as it is being written. */
export interface ObjectDraft {
  key?: string;
  labels: Texts;
  labels_plural: Texts;
  icon: IconName;
  description: Texts;
}

export const customObjectsQuery = queryOptions({
  queryKey: ["custom-objects"],
  queryFn: ({ signal }) => get<Schemas["CustomObjectsOut"]>("/custom-objects", {}, signal),
});

export const nameOf = ({ labels, labels_plural }: CustomObject, language: string) =>
  textIn({ ...labels, ...filled(labels_plural) }, language);

const filled = (texts: Texts): Texts =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim()));

/** Without texts that say nothing; a key is sent once, if at all. */
const asSent = ({ key, ...draft }: ObjectDraft) => ({
  ...draft,
  labels: filled(draft.labels),
  labels_plural: filled(draft.labels_plural),
  description: filled(draft.description),
});

const address = ({ id }: CustomObject, verb = "") => `/custom-objects/${id}${verb}`;

export const declareObject = (draft: ObjectDraft) =>
  request<CustomObject>("POST", "/custom-objects", {
    body: { ...asSent(draft), key: draft.key || undefined },
  });

export const changeObject = (object: CustomObject, draft: ObjectDraft) =>
  request<CustomObject>("PATCH", address(object), { body: asSent(draft) });

export const archiveObject = (object: CustomObject) =>
  request<CustomObject>("POST", address(object, "/archive"));

export const restoreObject = (object: CustomObject) =>
  request<CustomObject>("POST", address(object, "/restore"));
