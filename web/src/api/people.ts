import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Job, Schemas } from "@/api/types";

export type Person = Schemas["PersonOut"];
export type NewLink = Schemas["NewLinkOut"];
export type PersonValues = Schemas["PersonChange"] & { username?: string };
export type UserSession = Schemas["SessionOut"];

export const peopleQuery = queryOptions({
  queryKey: ["people"],
  queryFn: async () => (await get<Schemas["PeopleOut"]>("/people")).items,
});

export const workQuery = (id: string) =>
  queryOptions({
    queryKey: ["people", id, "work"],
    queryFn: () => get<Schemas["WorkOut"][]>(`/people/${id}/work`),
    staleTime: 0,
  });

export const invite = async (body: PersonValues) =>
  (await request<Schemas["InvitedOut"]>("POST", "/people", { body })).data;

export const changePerson = async (id: string, body: PersonValues) =>
  (await request<Person>("PATCH", `/people/${id}`, { body })).data;

export const makeLink = async (id: string) =>
  (await request<NewLink>("POST", `/people/${id}/link`)).data;

export const revokeLink = (id: string) => request("DELETE", `/people/${id}/link`);

export const activate = (id: string) => request("POST", `/people/${id}/activate`);

export const deactivate = async (id: string, hand_to: string | null) =>
  (await request<{ job: Job | null }>("POST", `/people/${id}/deactivate`, { body: { hand_to } }))
    .data;

export const signOutEverywhere = async (id: string) =>
  (await request<{ ended: number }>("DELETE", `/people/${id}/sessions`)).data;

export const unlinkPerson = (id: string) => request("DELETE", `/people/${id}/provider-links`);

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: () => get<UserSession[]>("/sessions"),
});

export const endSession = (id: string) => request("DELETE", `/sessions/${id}`);
export const endOtherSessions = () => request("DELETE", "/sessions");
