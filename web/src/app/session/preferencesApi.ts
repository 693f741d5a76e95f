/** The page of a link by which a customer, without signing in, says what may be sent. */
import { request } from "@/api/client";
import type { Schemas } from "@/api/types";

export type Preferences = Schemas["PreferencesOut"];
export type Choice = Omit<Schemas["PreferenceChoiceIn"], "key">;

const ask = async (verb: string, body: object) =>
  (await request<Preferences>("POST", `/preferences/${verb}`, { body })).data;

/** Throws if the key opens nothing. */
export const readPreferences = (key: string) => ask("read", { key });
export const choosePreference = (key: string, choice: Partial<Choice>) =>
  ask("choose", { key, ...choice });
export const confirmConsent = (key: string) => ask("confirm", { key });
