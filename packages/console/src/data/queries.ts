import type { TrainingJob, TrainingJobSummary, TuningJob } from '@fleetune/api/contract';
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

/** Enough to fill the table; the rest may take longer. */
const FIRST_PAGE = 500;
/** Few enough to be understood between two frames. */
const LATER_PAGE = 1_000;
/** How many times as many training jobs have come when they are next shown. */
const SHOWN_AGAIN_AT = 4;

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
      let read: TrainingJobSummary[] = [];
      let shownCount = 0;
      let nextToken: string | undefined;
      do {
        const maxResults = nextToken === undefined ? FIRST_PAGE : LATER_PAGE;
        const page = await api.listTrainingJobSummaries(tuningJobName, { nextToken, maxResults });
        nextToken = page.nextToken;
        read.push(...page.trainingJobs);
        // Everything is drawn again with each showing: by doing so only when there is much more, it stays cheap.
        if (nextToken === undefined || read.length >= (SHOWN_AGAIN_AT - 1) * shownCount) {
          upsertTrainingJobs(queries, tuningJobName, read);
          shownCount += read.length;
          read = [];
        }
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

/** Tuning jobs with folds have the mean of so many of their training jobs compared. */
const BEST_SHOWN = 30;

/** The best training jobs of a tuning job, in full. */
export function useBestTrainingJobs({ name, objective, objectiveCounts }: TuningJob) {
  const api = useApi();
  return useQuery({
    queryKey: ['bestTrainingJobs', name, objectiveCounts.succeeded],
    placeholderData: (shown) => shown,
    queryFn: async () => {
      const sortOrder = objective.type === 'Maximize' ? 'Descending' : 'Ascending';
      const order = { sortBy: 'FinalObjectiveMetricValue', sortOrder } as const;
      const page = await api.listTrainingJobs({ tuningJobName: name, maxResults: BEST_SHOWN, ...order });
      return page.trainingJobs as readonly TrainingJob[];
    },
  });
}

/** The folds of a cross-validated training job, in their order: training jobs that are named after it. */
export function useFolds(name: string, running: boolean) {
  const api = useApi();
  return useQuery({
    queryKey: ['folds', name, running],
    placeholderData: (shown) => shown,
    refetchInterval: running ? RUNNING_REFRESH_MS : false,
    queryFn: async () => {
      const prefix = `${name}-f`;
      const page = await api.listTrainingJobs({ nameContains: prefix, sortBy: 'Name', sortOrder: 'Ascending' });
      const position = (fold: TrainingJob) => Number.parseInt(fold.name.slice(prefix.length), 10);
      const folds = page.trainingJobs.filter((one) => one.name.startsWith(prefix) && Number.isFinite(position(one)));
      return folds.sort((a, b) => position(a) - position(b));
    },
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
