/** What a customer allows: answers by purpose and channel, the evidence, and links to change it. */
import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import { recordsKey } from "@/api/records";
import type { Schemas } from "@/api/types";

export type Permissions = Schemas["PermissionsOut"];
export type Answer = Schemas["PermissionOut"];
export type PreferenceLink = Schemas["PreferenceLinkOut"];

/** Under the key of consents: whoever adds one, here or elsewhere, refreshes it. */
export const permissionsQuery = (customer: string) =>
  queryOptions({
    queryKey: [...recordsKey("consents"), "permissions", customer],
    queryFn: () => get<Permissions>(`/customers/${customer}/permissions`),
  });

export const channels = ["email", "phone", "sms", "wechat", "post"] as const;
export type Channel = (typeof channels)[number] | "data";

/** Mailed to the customer, or shown once to be handed over; `consent` is one to be confirmed. */
export const makePreferenceLink = async (customer: string, mail: boolean, consent?: string) =>
  (
    await request<PreferenceLink>("POST", `/customers/${customer}/preference-links`, {
      body: { mail, ...(consent ? { consent } : {}) },
    })
  ).data;
