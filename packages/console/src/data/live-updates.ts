import type { Client, ReceivedEvent } from '@fleetune/api/client';
import type { ServerEvent, TuningJob } from '@fleetune/api/contract';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { endSessionWhenRefused, useApi } from './api.js';
import { keys, upsertTrainingJobs } from './queries.js';
import { upsertByName } from './upsert-by-name.js';

export type Connection = 'connecting' | 'live' | 'reconnecting';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** Answers this young were read while the stream was being opened: the stream reaches back so far. */
const FRESH_MS = 2_000;

/** Keeps the answers that are shown up to date, for as long as its component is there. */
export function useLiveUpdates(tuningJobName: string | undefined): Connection {
  const api = useApi();
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>('connecting');
  useEffect(() => {
    const controller = new AbortController();
    void follow(api, queries, tuningJobName, setConnection, controller.signal);
    return () => controller.abort();
  }, [api, queries, tuningJobName]);
  return connection;
}

async function follow(
  api: Client,
  queries: QueryClient,
  tuningJobName: string | undefined,
  show: (connection: Connection) => void,
  signal: AbortSignal,
): Promise<void> {
  let lastEventId: string | undefined;
  let waitMs = FIRST_WAIT_MS;
  while (!signal.aborted) {
    try {
      for await (const received of api.follow({ tuningJobName, lastEventId }, signal)) {
        if (received.event.kind === 'ready') {
          show('live');
          waitMs = FIRST_WAIT_MS;
          if (!received.event.resumed) refreshOld(queries);
        }
        lastEventId = received.id;
        take(queries, received);
      }
    } catch (error) {
      if (signal.aborted) return;
      endSessionWhenRefused(error);
    }
    if (signal.aborted) return;
    show('reconnecting');
    await wait(waitMs, signal);
    waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
  }
}

function refreshOld(queries: QueryClient): void {
  const old = Date.now() - FRESH_MS;
  void queries.invalidateQueries({
    predicate: ({ queryKey, state }) =>
      (queryKey[0] === 'tuningJobs' || queryKey[0] === 'tuningJob' || queryKey[0] === 'trainingJobs') &&
      state.dataUpdatedAt > 0 &&
      state.dataUpdatedAt < old,
  });
}

function take(queries: QueryClient, { event }: ReceivedEvent): void {
  if (event.kind === 'tuningJobs') takeTuningJobs(queries, event);
  if (event.kind === 'trainingJobs') upsertTrainingJobs(queries, event.tuningJobName, event.trainingJobs);
}

function takeTuningJobs(queries: QueryClient, { tuningJobs }: Extract<ServerEvent, { kind: 'tuningJobs' }>): void {
  queries.setQueryData<readonly TuningJob[]>(keys.tuningJobs, (known) =>
    known === undefined ? undefined : upsertByName(known, tuningJobs),
  );
  for (const job of tuningJobs) {
    queries.setQueryData<TuningJob>(keys.tuningJob(job.name), (known) => (known === undefined ? undefined : job));
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
