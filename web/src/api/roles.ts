import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Schemas } from "@/api/types";

export type Role = Schemas["RoleHeadOut"];
export type RoleRights = Schemas["RoleRightsOut"];
export type RoleChange = Schemas["RoleChange"];
export type ObjectChoice = Schemas["ObjectChoice"];
export type Verb = ObjectChoice["verbs"][number];

export const rolesQuery = queryOptions({
  queryKey: ["role-rights"],
  queryFn: () => get<Schemas["RolesOut"]>("/role-rights"),
});

export const roleQuery = (id: string) =>
  queryOptions({
    queryKey: ["role-rights", id],
    queryFn: () => get<RoleRights>(`/role-rights/${id}`),
  });

export const changeRole = async (id: string, body: RoleChange) =>
  (await request<RoleRights>("PATCH", `/role-rights/${id}`, { body })).data;

export const copyRole = async (copy_of: string, label: string) =>
  (await request<RoleRights>("POST", "/role-rights", { body: { copy_of, label } })).data;

export const removeRole = (id: string) => request("DELETE", `/role-rights/${id}`);
