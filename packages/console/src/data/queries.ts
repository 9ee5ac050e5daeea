import type { TrainingJobSummary, TuningJob } from '@fleetune/api/contract';
import { type QueryClient, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from './api.js';
import { upsertByName } from './upsert-by-name.js';

/** Where answers are kept, so that live updates find them. */
export const keys = {
  tuningJobs: ['tuningJobs'] as const,
  tuningJob: (name: string) => ['tuningJob', name] as const,
  trainingJobs: (tuningJobName: string) => ['trainingJobs', tuningJobName] as const,
  trainingJob: (name: string) => ['trainingJob', name] as const,
};

const RUNNING_REFRESH_MS = 3_000;
const FLEET_REFRESH_MS = 3_000;

/** More tuning jobs than this are found by their address. */
const MAX_TUNING_JOBS = 2_000;

/** Tuning jobs, newest first. */
export function useTuningJobs() {
  const api = useApi();
  return useQuery({
    queryKey: keys.tuningJobs,
    queryFn: async () => {
      const jobs: TuningJob[] = [];
      let nextToken: string | undefined;
      do {
        const page = await api.listTuningJobs({ nextToken });
        jobs.push(...page.tuningJobs);
        nextToken = page.nextToken;
      } while (nextToken !== undefined && jobs.length < MAX_TUNING_JOBS);
      return jobs as readonly TuningJob[];
    },
  });
}

export function useTuningJob(name: string) {
  const api = useApi();
  return useQuery({ queryKey: keys.tuningJob(name), queryFn: () => api.tuningJob(name) });
}

/** Every training job of a tuning job; the first ones are there while the others still come. */
export function useTrainingJobs(tuningJobName: string) {
  const api = useApi();
  const queries = useQueryClient();
  return useQuery({
    queryKey: keys.trainingJobs(tuningJobName),
    // Comparing thousands of jobs by value costs more than showing them again.
    structuralSharing: false,
    queryFn: async () => {
      let nextToken: string | undefined;
      do {
        const page = await api.listTrainingJobSummaries(tuningJobName, { nextToken, maxResults: 2000 });
        upsertTrainingJobs(queries, tuningJobName, page.trainingJobs);
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return queries.getQueryData<readonly TrainingJobSummary[]>(keys.trainingJobs(tuningJobName)) ?? [];
    },
  });
}

export function upsertTrainingJobs(
  queries: QueryClient,
  tuningJobName: string,
  changed: readonly TrainingJobSummary[],
): void {
  queries.setQueryData<readonly TrainingJobSummary[]>(keys.trainingJobs(tuningJobName), (known = []) =>
    upsertByName(known, changed),
  );
}

const isRunning = (status: string | undefined) => status === 'InProgress' || status === 'Stopping';

export function useTrainingJob(name: string) {
  const api = useApi();
  return useQuery({
    queryKey: keys.trainingJob(name),
    queryFn: () => api.trainingJob(name),
    refetchInterval: ({ state }) => (isRunning(state.data?.status) ? RUNNING_REFRESH_MS : false),
  });
}

/** @param running whether more points are to be expected. */
export function useMetrics(name: string, running: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ['metrics', name, running],
    queryFn: () => api.trainingJobMetrics(name),
    placeholderData: (shown) => shown,
    refetchInterval: running ? RUNNING_REFRESH_MS : false,
  });
}

/** Training jobs with their metrics, for comparing them. */
export function useComparedJobs(names: readonly string[]) {
  const api = useApi();
  return useQueries({
    queries: names.map((name) => ({
      queryKey: ['compared', name],
      queryFn: async () => {
        const [job, metrics] = await Promise.all([api.trainingJob(name), api.trainingJobMetrics(name)]);
        return { job, metrics };
      },
    })),
  });
}

export function useConfiguration(kind: 'tuning' | 'training', name: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['configuration', kind, name],
    queryFn: () => (kind === 'tuning' ? api.tuningJobConfiguration(name) : api.trainingJobConfiguration(name)),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: name !== '',
  });
}

export function useAgents() {
  const api = useApi();
  return useQuery({ queryKey: ['agents'], queryFn: () => api.listAgents(), refetchInterval: FLEET_REFRESH_MS });
}

export function useWaiting() {
  const api = useApi();
  return useQuery({ queryKey: ['waiting'], queryFn: () => api.waiting(), refetchInterval: FLEET_REFRESH_MS });
}
