import { infiniteQueryOptions, queryOptions, replaceEqualDeep } from "@tanstack/react-query";
import { apiUrl, get, type Problem, type Query, request, send } from "@/api/client";
import { flat, flatPage, nested } from "@/api/customValues";
import type {
  Aggregate,
  Board,
  BulkAnswer,
  Count,
  Filter,
  HistoryEntry,
  Job,
  ObjectMeta,
  Page,
  RecordRow,
  Schemas,
} from "@/api/types";

/** What a list asks for; the same question drives its count, export and bulk changes. */
export interface ListQuestion {
  fields?: string[];
  filter?: Filter | null;
  sort?: string;
  search?: string;
  deleted?: boolean;
}

const pageSize = 100;

function listParams({ fields, filter, sort, search, deleted }: ListQuestion): Query {
  return {
    fields: fields?.join(","),
    filter: filter ? JSON.stringify(filter) : undefined,
    sort,
    search,
    deleted: deleted || undefined,
  };
}

export const recordsKey = (path: string) => ["records", path] as const;

const getPage = async (path: string, query: Query, signal?: AbortSignal) =>
  flatPage(await get<Page<RecordRow>>(`/${path}`, query, signal));

/** A request whose answer is one record. */
async function requestRecord(...asked: Parameters<typeof request>) {
  const answer = await request<RecordRow>(...asked);
  return { ...answer, data: flat(answer.data) };
}

/** A masked value, once; the server keeps who looked. */
export const revealField = async (path: string, id: string, field: string) =>
  (await request<{ value: unknown }>("POST", `/${path}/${id}/reveal`, { body: { field } })).data
    .value;

/** The part of a list that goes on at a cursor. */
export const listPage = (
  path: string,
  question: ListQuestion,
  cursor: string | null,
  signal?: AbortSignal,
) => getPage(path, { ...listParams(question), limit: pageSize, cursor }, signal);

export const listQuery = (path: string, question: ListQuestion) =>
  infiniteQueryOptions({
    queryKey: [...recordsKey(path), "list", question],
    queryFn: ({ pageParam, signal }) => listPage(path, question, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** The first few records of a list, for a card on another page. */
export const fewQuery = (path: string, question: ListQuestion, limit: number) =>
  queryOptions({
    queryKey: [...recordsKey(path), "few", question, limit],
    queryFn: ({ signal }) => getPage(path, { ...listParams(question), limit }, signal),
  });

export const countQuery = (path: string, question: ListQuestion, exact = false) => {
  const { filter, search, deleted } = question;
  return queryOptions({
    queryKey: [...recordsKey(path), "count", { filter, search, deleted, exact }],
    queryFn: ({ signal }) =>
      get<Count>(
        `/${path}/count`,
        { ...listParams({ filter, search, deleted }), exact: exact || undefined },
        signal,
      ),
  });
};

/** The records of a list counted and added up by the values of one field, most records first. */
export const groupsQuery = (
  path: string,
  question: ListQuestion,
  group: string,
  sums: readonly string[],
) => {
  const { filter, search } = question;
  const measures = ["count", ...sums.map((name) => `sum:${name}`)].join(",");
  return queryOptions({
    queryKey: [...recordsKey(path), "groups", { filter, search, group, measures }],
    queryFn: ({ signal }) =>
      get<Aggregate>(
        `/${path}/aggregate`,
        { ...listParams({ filter, search }), group, measures },
        signal,
      ),
  });
};

const cardsAtFirst = 30;
const cardsAtMost = 200;

/** A list in columns by the values of one field, with what `sum` adds up to in each. */
export const boardQuery = (
  path: string,
  question: ListQuestion,
  by: string,
  sum: string | undefined,
) => {
  const queryKey = [...recordsKey(path), "board", question, by, sum] as const;
  return queryOptions({
    queryKey,
    queryFn: async ({ client, signal }) => {
      // Read again, it keeps the cards that somebody has scrolled to.
      const shown = client.getQueryData<Board>(queryKey)?.columns ?? [];
      const longest = Math.max(cardsAtFirst, ...shown.map(({ items }) => items.length));
      const limit = Math.min(cardsAtMost, longest);
      const measures = sum && `sum:${sum}`;
      const query = { ...listParams(question), by, measures, limit };
      const board = await get<Board>(`/${path}/board`, query, signal);
      return { ...board, columns: board.columns.map(flatPage) };
    },
  });
};

const mostOfRange = 1000;

/** The records of a span of days, for a calendar: one page, from the first of them. */
export const rangeQuery = (path: string, question: ListQuestion) =>
  queryOptions({
    queryKey: [...recordsKey(path), "range", question],
    queryFn: ({ signal }) => getPage(path, { ...listParams(question), limit: mostOfRange }, signal),
  });

/** Figures over all records of a list: measures such as "sum:total". */
export const totalsQuery = (path: string, question: ListQuestion, measures: readonly string[]) => {
  const { filter, search } = question;
  return queryOptions({
    queryKey: [...recordsKey(path), "totals", { filter, search, measures }],
    queryFn: ({ signal }) =>
      get<Aggregate>(
        `/${path}/aggregate`,
        { ...listParams({ filter, search }), measures: measures.join(",") },
        signal,
      ),
  });
};

/** A few records by a word, for link pickers and the command palette. */
export const lookupQuery = (path: string, search: string, fields: string[]) =>
  queryOptions({
    queryKey: [...recordsKey(path), "lookup", search, fields],
    queryFn: async ({ signal }) =>
      (await getPage(path, { search, fields: fields.join(","), limit: 20 }, signal)).items,
    staleTime: 30_000,
  });

export interface Loaded {
  record: RecordRow;
  etag: string | null;
}

export const recordQuery = (path: string, id: string) =>
  queryOptions({
    queryKey: [...recordsKey(path), "one", id],
    queryFn: async ({ signal }): Promise<Loaded> => {
      const { data, etag } = await requestRecord("GET", `/${path}/${id}`, { signal });
      return { record: data, etag };
    },
    structuralSharing: (known, found) =>
      isOlder(found as Loaded, known as Loaded | undefined)
        ? known
        : replaceEqualDeep(known, found),
  });

/** An answer that was under way while a value was written must not take that back. */
const isOlder = (found: Loaded, known: Loaded | undefined) =>
  known !== undefined &&
  Date.parse(String(found.record.updated_at)) < Date.parse(String(known.record.updated_at));

/** Somebody else's version, of a change that was refused for it. */
export const theirsOf = (problem: Problem) =>
  problem.theirs ? flat(problem.theirs as RecordRow) : null;

export const historyQuery = (path: string, id: string) =>
  infiniteQueryOptions({
    queryKey: [...recordsKey(path), "history", id],
    queryFn: ({ pageParam }) =>
      get<Page<HistoryEntry>>(`/${path}/${id}/history`, { cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export type Values = Record<string, unknown>;

/** Makes a record; with `insists` even one that may exist already, which is refused otherwise. */
export function createRecord(
  path: string,
  values: Values,
  idempotencyKey: string,
  insists = false,
) {
  return requestRecord("POST", `/${path}`, {
    query: { on_duplicate: insists ? "create" : undefined },
    body: nested(values),
    headers: { "Idempotency-Key": idempotencyKey },
  });
}

export function changeRecord(path: string, id: string, values: Values, etag?: string | null) {
  return requestRecord("PATCH", `/${path}/${id}`, {
    body: nested(values),
    headers: etag ? { "If-Match": etag } : {},
  });
}

export const deleteRecord = (path: string, id: string) => request("DELETE", `/${path}/${id}`);

/** A verb of this kind of record, such as completing a task. */
export const runAction = (path: string, id: string, action: string) =>
  requestRecord("POST", `/${path}/${id}/${action}`);

export const restoreRecord = (path: string, id: string) =>
  requestRecord("POST", `/${path}/${id}/restore`);

export type Ruled = Schemas["RuledOut"];

/** What is required or locked of a record, or of a new one, with the values of a draft, as JSON. */
export const rulesQuery = (path: string, id: string | null, version: unknown, draft: string) =>
  queryOptions({
    queryKey: [...recordsKey(path), "rules", id, version, draft],
    queryFn: ({ signal }) =>
      request<Schemas["RulesOut"]>("POST", `/${path}/rules`, {
        body: { id, set: nested(JSON.parse(draft)) },
        signal,
      }).then(({ data }) => data.fields),
  });

export interface RowChange {
  id: string;
  /** The version it was read at. */
  version?: string;
  set: Values;
}

/** Changes many records, each in its own way: all of them or none. */
export const changeEach = (path: string, rows: RowChange[]) =>
  request<{ changed: number; request_id: string }>("PATCH", `/${path}`, {
    body: { rows: rows.map((row) => ({ ...row, set: nested(row.set) })) },
  });

const namesAtOnce = 200;

/** The records of an object that are called exactly so. */
export async function namedRecords({ path, title_field: title }: ObjectMeta, labels: string[]) {
  const found: { id: string; label: string }[] = [];
  for (let start = 0; start < labels.length; start += namesAtOnce / 2) {
    const value = labels.slice(start, start + namesAtOnce / 2);
    const filter = { field: title, op: "in", value };
    const page = await getPage(path, {
      ...listParams({ filter, fields: [title] }),
      limit: namesAtOnce,
    });
    found.push(...page.items.map((row) => ({ id: row.id, label: String(row[title]) })));
  }
  return found;
}

export type BulkTarget = { ids: string[] } | { filter: Filter | null; search?: string };
export type BulkChange = { set: Values } | { delete: true };

/** Changes many records: a few at once, a whole filter as a job. */
export function changeMany(path: string, target: BulkTarget, change: BulkChange) {
  const what = "set" in change ? { set: nested(change.set) } : change;
  return request<BulkAnswer | Job>("POST", `/${path}/bulk`, { body: { ...target, ...what } });
}

export const isJob = (answer: BulkAnswer | Job): answer is Job => "state" in answer;

export const undoChange = (requestId: string) =>
  request<{ undone: number }>("POST", `/changes/${requestId}/undo`);

export type ExportFormat = "csv" | "xlsx";

/** Downloads the list as a file, with the filter, order and columns now shown. */
export async function exportRecords(path: string, question: ListQuestion, format: ExportFormat) {
  const { filter = null, search, sort, fields } = question;
  const response = await send("POST", `/${path}/export`, {
    body: { filter, search, sort, fields, format },
    headers: { Accept: "*/*" },
  });
  const name = /filename\*?=(?:UTF-8'')?"?([^";]+)/i.exec(
    response.headers.get("Content-Disposition") ?? "",
  )?.[1];
  saveFile(await response.blob(), name ? decodeURIComponent(name) : `${path}.${format}`);
}

export function saveFile(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}

export const downloadUrl = (path: string) => apiUrl(path);

/** The fields that a text in one field says; none if it says no more than that one. */
export const splitQuery = (path: string, field: string, text: string) =>
  queryOptions({
    queryKey: ["split", path, field, text],
    queryFn: async ({ signal }) => {
      const body = { field, text };
      const answer = await request<Schemas["SplitOut"]>("POST", `/${path}/split`, { body, signal });
      return answer.data.values;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
