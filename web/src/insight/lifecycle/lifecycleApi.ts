/** How customers moved between lifecycle stages, and who of those who came still buys. */
import { queryOptions } from "@tanstack/react-query";
import { get } from "@/api/client";
import type { Schemas } from "@/api/types";
import { addDays, periodAfter } from "@/ui/days";

export type StageMoves = Schemas["StageMovesOut"];
export type StageMove = Schemas["StageMoveOut"];
export type Cohort = Schemas["CohortOut"];

export const movesQuery = (since?: string) =>
  queryOptions({
    queryKey: ["insight", "stages", { since }],
    queryFn: () => get<StageMoves>("/insight/stages", { since }),
    staleTime: 0,
  });

export const cohortsQuery = (months: number) =>
  queryOptions({
    queryKey: ["insight", "cohorts", { months }],
    queryFn: () => get<Schemas["CohortsOut"]>("/insight/cohorts", { months }),
    staleTime: 0,
  });

/** The last day before so many months, the one of `asOf` included. */
export const monthsBack = (asOf: string, months: number) =>
  addDays(periodAfter(`${asOf.slice(0, 7)}-01`, "month", 1 - months), -1);
