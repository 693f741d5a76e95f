import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Schemas } from "@/api/types";

export type Provider = Schemas["ProviderOut"];
export type ProviderValues = Schemas["ProviderIn"];
export type ProviderChange = Schemas["ProviderChange"];
export type Passwords = Schemas["PasswordsIn"]["passwords_for"];

const path = "/identity-providers";

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  queryFn: () => get<Schemas["ProvidersOut"]>(path),
});

export const addProvider = async (body: ProviderValues) =>
  (await request<Provider>("POST", path, { body })).data;

export const changeProvider = async (id: string, body: ProviderChange) =>
  (await request<Provider>("PATCH", `${path}/${id}`, { body })).data;

export const removeProvider = (id: string) => request("DELETE", `${path}/${id}`);

/** What keeps people from signing in by it, in words; null if nothing does. */
export const testProvider = async (id: string) =>
  (await request<Schemas["TestedOut"]>("POST", `${path}/${id}/test`)).data.fault;

export const setPasswordsFor = (passwords_for: Passwords) =>
  request("PUT", `${path}/passwords`, { body: { passwords_for } });
