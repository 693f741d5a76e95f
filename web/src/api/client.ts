/**
 * The one door to the server: CSRF, problem+json and a session that ends in the middle of an edit.
 */

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface RequestOptions {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Sent even if the page is closed meanwhile. */
  keepalive?: boolean;
  /** Signs out: refused, it waits for nobody to sign in. */
  endsSession?: boolean;
}

/** What came back, with the two headers callers need: the version and the id that undoes a write. */
export interface Answer<T> {
  data: T;
  etag: string | null;
  requestId: string;
}

export interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  request_id?: string;
  errors?: { field: string | null; message: string; code?: string }[];
  [extra: string]: unknown;
}

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  readonly problem: Problem;

  constructor(status: number, problem: Problem, requestId: string) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.code = problem.code ?? "";
    this.requestId = problem.request_id ?? requestId;
    this.problem = problem;
  }

  /** Messages by field, for a form; what belongs to no field is under "". */
  get fields(): Record<string, string> {
    const byField: Record<string, string> = {};
    for (const { field, message } of this.problem.errors ?? []) {
      const key = field ?? "";
      byField[key] = byField[key] ? `${byField[key]} ${message}` : message;
    }
    return byField;
  }
}

const base = "/api/v1";
let language = "en";
let waitForSignIn: (() => Promise<void>) | null = null;

export const requestLanguage = () => language;

export function setRequestLanguage(tag: string) {
  language = tag;
}

/** Says what to do when the session has ended: the failed request waits for it and is sent again. */
export function onSignedOut(handler: (() => Promise<void>) | null) {
  waitForSignIn = handler;
}

let isLeaving = false;

/** While the page is left by signing out nobody is asked to sign in: what is refused then is not shown any more. */
export function setLeaving(leaving: boolean) {
  isLeaving = leaving;
}

/** Resolves when somebody has signed in over the page; never while the page is being left. */
export const signedInAgain = async () =>
  isLeaving ? new Promise<never>(() => undefined) : waitForSignIn?.();

let tellOfWait: ((seconds: number) => void) | null = null;

/** Says what to show while a request waits that was one too many. */
export function onWait(handler: ((seconds: number) => void) | null) {
  tellOfWait = handler;
}

/** Waits for so long; throws if the answer is wanted no more. */
const pause = (seconds: number, signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

const remembered = 200;
const ownRequests = new Set<string>();

/** Whether this tab sent that request, and so knows already what came of it. */
export const isOwnRequest = (id: string | null) => id !== null && ownRequests.has(id);

function remember(requestId: string) {
  ownRequests.add(requestId);
  const [oldest] = ownRequests;
  if (ownRequests.size > remembered && oldest) ownRequests.delete(oldest);
}

export function apiUrl(path: string, query: Query = {}) {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") search.set(key, String(value));
  }
  return `${base}${path}${search.size ? `?${search}` : ""}`;
}

export function csrfToken() {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return { title: response.statusText };
  }
}

/** Sends one request and gives the raw response; throws ApiError for anything but success. */
export async function send(
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<Response> {
  const { query, body, signal } = options;
  const isForm = body instanceof FormData;
  const response = await fetch(apiUrl(path, query), {
    method,
    signal,
    keepalive: options.keepalive,
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      "Accept-Language": language,
      ...(method === "GET" ? {} : { "X-CSRFToken": csrfToken() }),
      ...(body === undefined || isForm ? {} : { "Content-Type": "application/json" }),
      ...options.headers,
    },
    body: body === undefined || isForm ? (body as FormData | undefined) : JSON.stringify(body),
  });
  if (method !== "GET") remember(response.headers.get("X-Request-Id") ?? "");
  if (response.ok) return response;
  const problem = await problemOf(response);
  const isOut = response.status === 401 && problem.code === "not_signed_in";
  if (isOut && waitForSignIn && !options.endsSession) {
    await signedInAgain();
    return send(method, path, options);
  }
  // A write is not sent twice: whoever made it is told.
  if (problem.code === "too_many_requests" && method === "GET") {
    const seconds = Number(problem.retry_after) || 1;
    tellOfWait?.(seconds);
    await pause(seconds, signal);
    return send(method, path, options);
  }
  throw new ApiError(response.status, problem, response.headers.get("X-Request-Id") ?? "");
}

export async function request<T>(
  method: string,
  path: string,
  options?: RequestOptions,
): Promise<Answer<T>> {
  const response = await send(method, path, options);
  const data = response.status === 204 ? undefined : await response.json();
  return {
    data: data as T,
    etag: response.headers.get("ETag"),
    requestId: response.headers.get("X-Request-Id") ?? "",
  };
}

export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return (await request<T>("GET", path, { query, signal })).data;
}
