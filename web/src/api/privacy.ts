import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Schemas } from "@/api/types";

export type PrivacyRules = Schemas["PrivacySettingsBody"];

export const privacyQuery = queryOptions({
  queryKey: ["privacy-settings"],
  queryFn: () => get<PrivacyRules>("/privacy-settings"),
});

export const savePrivacy = async (body: PrivacyRules) =>
  (await request<PrivacyRules>("PUT", "/privacy-settings", { body })).data;

export const fillRegister = async () =>
  (await request<Schemas["FilledOut"]>("POST", "/processing-activities/fill")).data;
