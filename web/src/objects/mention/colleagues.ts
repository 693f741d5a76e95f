import { queryOptions } from "@tanstack/react-query";
import { createContext } from "react";
import { get } from "@/api/client";
import type { Schemas } from "@/api/types";

export type Colleague = Schemas["ColleagueOut"];

/** The record a text is written on: whoever may not see it will not be told. */
export interface About {
  object: string;
  id: string;
}

export const MentionAbout = createContext<About | null>(null);

export const colleaguesQuery = (name: string, about: About | null) =>
  queryOptions({
    queryKey: ["mentions", name, about],
    queryFn: async ({ signal }) =>
      (await get<{ items: Colleague[] }>("/mentions", { q: name, ...about }, signal)).items,
    staleTime: 30_000,
  });
