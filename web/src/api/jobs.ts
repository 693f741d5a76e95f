import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import { isLive } from "@/api/live";
import type { Job, Page } from "@/api/types";

export const isActive = (job: Job) => job.state === "queued" || job.state === "running";

/** While changes arrive by themselves, asking again is for what got lost on the way. */
const askAgain = () => (isLive() ? 5_000 : 1_000);

export const jobsQuery = queryOptions({
  queryKey: ["jobs"],
  queryFn: async () => (await get<Page<Job>>("/jobs")).items,
  refetchInterval: ({ state }) => (state.data?.some(isActive) ? askAgain() : false),
});

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["jobs", id],
    queryFn: () => get<Job>(`/jobs/${id}`),
    refetchInterval: ({ state }) => (state.data && !isActive(state.data) ? false : askAgain()),
  });

export const cancelJob = (id: string) => request<Job>("POST", `/jobs/${id}/cancel`);
export const resumeJob = (id: string) => request<Job>("POST", `/jobs/${id}/resume`);

interface Refusals {
  changed: number;
  refused: number;
  reasons: { message: string; count: number }[];
}

/** What a bulk edit left as it was, and why; null if nothing. */
export function refusalsOf({ result }: Job): Refusals | null {
  const told = result as Partial<Refusals>;
  return told.refused ? (told as Refusals) : null;
}

/** Jobs started on this page: their end is told here, and not in other tabs. */
const started = new Set<string>();

/** Whether the end of this job is news to whoever is on this page; it is so once. */
export const isNews = (job: Job) => !isActive(job) && started.delete(job.id);

/** Puts a job just started where the bell sees it, so that it is followed from there on. */
export function followJob(client: QueryClient, job: Job) {
  started.add(job.id);
  client.setQueryData(jobQuery(job.id).queryKey, job);
  client.setQueryData(jobsQuery.queryKey, (jobs: Job[] = []) => [
    job,
    ...jobs.filter(({ id }) => id !== job.id),
  ]);
}
