import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Schemas } from "@/api/types";

export type Layout = Schemas["LayoutOut"];
export type LayoutGroup = Schemas["GroupOut"];
export type LayoutField = Schemas["ArrangeableField"];
export type Layouts = Schemas["LayoutsOut"];
export type LayoutVersion = Schemas["LayoutVersionOut"];

/** Whose layout of which object; without a role that of everyone. */
export interface Which {
  object: string;
  role?: string;
}

/** What of a layout is written. */
export type Arrangement = Pick<Layout, "groups" | "hidden" | "form">;

export const layoutsKey = ["layouts"] as const;

export const layoutsQuery = queryOptions({
  queryKey: [...layoutsKey, "all"],
  queryFn: ({ signal }) => get<Layouts>("/layouts", {}, signal),
});

export const layoutQuery = (which: Which) =>
  queryOptions({
    queryKey: [...layoutsKey, "one", which],
    queryFn: ({ signal }) => get<Layout>("/layouts/one", { ...which }, signal),
  });

export const layoutVersionsQuery = (which: Which) =>
  queryOptions({
    queryKey: [...layoutsKey, "versions", which],
    queryFn: async ({ signal }) =>
      (await get<Schemas["LayoutVersionsOut"]>("/layouts/versions", { ...which }, signal)).items,
  });

export const keepLayout = (which: Which, version: string, { groups, hidden, form }: Arrangement) =>
  request<Layout>("PUT", "/layouts/one", {
    body: {
      ...which,
      version,
      groups: groups.map(({ name, labels, fields }) => ({ name, labels, fields })),
      hidden,
      form,
    },
  });

export const resetLayout = (which: Which, version: string) =>
  request("DELETE", `/layouts/one?${new URLSearchParams({ ...which, version })}`);
