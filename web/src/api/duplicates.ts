import { queryOptions } from "@tanstack/react-query";
import { ApiError, request } from "@/api/client";
import { recordsKey } from "@/api/records";
import type { Schemas } from "@/api/types";

export type Duplicates = Schemas["DuplicatesOut"];
export type Candidate = Schemas["CandidateOut"];

/** The records that one with the values of a draft, as JSON, may be. */
export const duplicatesQuery = (path: string, draft: string) =>
  queryOptions({
    queryKey: [...recordsKey(path), "duplicates", draft],
    queryFn: ({ signal }) =>
      request<Duplicates>("POST", `/${path}/duplicates`, { body: JSON.parse(draft), signal }).then(
        ({ data }) => data,
      ),
    staleTime: 10_000,
  });

/** What a new record may be, if it was refused for that. */
export const duplicatesOf = (error: unknown) =>
  error instanceof ApiError && error.code === "may_exist"
    ? (error.problem as unknown as Duplicates)
    : null;
