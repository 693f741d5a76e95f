/** Imports as the server keeps them: each is a durable record that outlives the page and the browser. */
import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { apiUrl, get, request } from "@/api/client";
import type { FieldMeta, Job, Page } from "@/api/types";

export type ImportState =
  | "uploaded"
  | "previewing"
  | "previewed"
  | "running"
  | "done"
  | "failed"
  | "cancelled"
  | "undoing"
  | "undone";

export const verdicts = ["create", "update", "unchanged", "reject", "ambiguous"] as const;
export type Verdict = (typeof verdicts)[number];

/** Choices of an import by name; which of them an import has depends on what its file holds. */
export type ImportOptions = Record<string, unknown>;

export interface Detected {
  kind?: "csv" | "xlsx";
  encoding?: string;
  delimiter?: string | null;
  has_header?: boolean;
  sheet?: string | null;
  sheets?: string[] | null;
  header?: string[];
  sample?: (string | null)[][];
  /** The columns called like fields of files, which no import fills. */
  files?: number[];
}

export type Half = "organization" | "person";

export interface ColumnMapping {
  column: number;
  field: string | null;
  half?: Half | null;
}

export interface Import {
  id: string;
  target: string;
  file_name: string;
  size: number;
  state: ImportState;
  options: ImportOptions;
  detected: Detected;
  mapping: ColumnMapping[];
  counts: { rows?: number } & Partial<Record<Verdict, number>> & Record<string, number | undefined>;
  job: Job | null;
  can: string[];
  error?: string | null;
  created_at: string;
  finished_at: string | null;
  undo_until: string | null;
}

export interface TargetField extends Pick<FieldMeta, "name" | "label" | "required"> {
  /** Which of the records of one row it belongs to; absent where a row is one record. */
  half?: Half | "" | null;
  /** Tells records apart, so that a second import finds them again. */
  key?: boolean;
  /** Several columns may be mapped to it. */
  multiple?: boolean | null;
}

export interface ImportTarget {
  name: string;
  label: string;
  fields: TargetField[];
  /** What may be chosen beside the mapping, and what holds until somebody does. */
  options?: ImportOptions;
}

export interface RowReason {
  field: string | null;
  code: string;
  message: string;
}

export interface Candidate {
  id: string;
  /** Absent: a record this user may not see. */
  label: string | null;
  detail?: string | null;
}

export interface ImportRow {
  row: number;
  verdict: Verdict;
  cells: (string | null)[];
  reasons: RowReason[];
  candidates?: Candidate[] | null;
  chosen?: string | null;
}

const key = ["imports"] as const;

export const isWorking = ({ state }: Pick<Import, "state">) =>
  state === "previewing" || state === "running" || state === "undoing";

export const importsQuery = infiniteQueryOptions({
  queryKey: [...key, "list"],
  queryFn: ({ pageParam }) => get<Page<Import>>("/imports", { cursor: pageParam }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next ?? null,
  refetchInterval: ({ state }) =>
    state.data?.pages.some(({ items }) => items.some(isWorking)) ? 1500 : false,
});

export const targetsQuery = queryOptions({
  queryKey: [...key, "targets"],
  queryFn: async () => (await get<Page<ImportTarget>>("/imports/targets")).items,
  staleTime: Number.POSITIVE_INFINITY,
});

export const importQuery = (id: string) =>
  queryOptions({
    queryKey: [...key, "one", id],
    queryFn: () => get<Import>(`/imports/${id}`),
    refetchInterval: ({ state }) => (state.data && isWorking(state.data) ? 700 : false),
  });

export const rowsQuery = (id: string, verdict: Verdict | null) =>
  infiniteQueryOptions({
    queryKey: [...key, "rows", id, verdict],
    queryFn: ({ pageParam }) =>
      get<Page<ImportRow>>(`/imports/${id}/rows`, { verdict, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export interface ImportChange {
  options?: ImportOptions;
  mapping?: ColumnMapping[];
}

export const changeImport = async (id: string, change: ImportChange) =>
  (await request<Import>("PATCH", `/imports/${id}`, { body: change })).data;

export type ImportVerb = "preview" | "run" | "cancel" | "resume" | "undo";

/** Starts or stops a step; the answer is the import, or the job that does the step. */
export const tellImport = (id: string, verb: ImportVerb) =>
  request<unknown>("POST", `/imports/${id}/${verb}`);

export const chooseForRow = (id: string, row: number, choice: string) =>
  request<unknown>("POST", `/imports/${id}/rows/${row}/choose`, { body: { id: choice } });

export const errorFileUrl = (id: string) => apiUrl(`/imports/${id}/errors.csv`);

/** What is shown of this import is read again, its rows included. */
export const refreshImport = (client: QueryClient, id: string) =>
  Promise.all([
    client.invalidateQueries({ queryKey: importQuery(id).queryKey }),
    client.invalidateQueries({ queryKey: [...key, "rows", id] }),
    client.invalidateQueries({ queryKey: importsQuery.queryKey }),
  ]);

/** Scores every customer with what has just come in. */
export const startScoring = async () =>
  (await request<Job>("POST", "/insight/runs", { body: {} })).data;
