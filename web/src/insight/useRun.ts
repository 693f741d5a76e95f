import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { followJob, isActive, jobsQuery } from "@/api/jobs";
import type { Job } from "@/api/types";
import { useErrorText } from "@/ui/errorText";

/** The run of a kind that is under way, and a way to start one; the bell tells when it is through. */
export function useRun<T>(kind: string, startOne: (wish: T) => Promise<Job>) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { data: jobs = [] } = useQuery(jobsQuery);
  const running = jobs.find((job) => job.kind === kind && isActive(job)) ?? null;
  const start = useMutation({
    mutationFn: startOne,
    onSuccess: (job) => followJob(client, job),
    onError: (error) => void message.error(errorText(error)),
  });
  return { running, start: start.mutate, isStarting: start.isPending };
}
