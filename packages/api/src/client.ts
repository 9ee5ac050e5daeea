import { z } from 'zod';
import {
  type AccessKey,
  accessKeyListSchema,
  type CreateAccessKeyBody,
  type CreatedAccessKeyBody,
  createdAccessKeySchema,
} from './contract/access-key.js';
import { type Agent, agentListSchema, agentSchema } from './contract/agent.js';
import { configurationSchema, type JobConfiguration } from './contract/configuration.js';
import { errorBodySchema } from './contract/error.js';
import {
  type CreateTrainingJobBody,
  type LogRange,
  logSliceSchema,
  metricPointsSchema,
  type TrainingJob,
  type TrainingJobListQuery,
  trainingJobPageSchema,
  trainingJobSchema,
} from './contract/training-job.js';
import { type TrainingJobSummaryQuery, trainingJobSummaryPageSchema } from './contract/training-job-summary.js';
import {
  type CreateTuningJobBody,
  type TuningJob,
  type TuningJobListQuery,
  tuningJobPageSchema,
  tuningJobSchema,
} from './contract/tuning-job.js';
import { uploadSchema } from './contract/upload.js';
import { type Waiting, waitingSchema } from './contract/waiting.js';
import { type ListedWarmPool, warmPoolListSchema } from './contract/warm-pool.js';
import { type ReceivedEvent, readEvents } from './event-stream.js';

/** The server answered, and refused. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** One of the contract's error codes, or `Http<status>` when something else answered. */
  readonly code: string;
  readonly faults: readonly { readonly path: string; readonly message: string }[];
  constructor(status: number, code: string, message: string, faults: ApiError['faults']) {
    super(message);
    this.status = status;
    this.code = code;
    this.faults = faults;
  }
}

/** Nobody answered at the server's address, or not in time. */
export class ServerUnreachableError extends Error {
  override readonly name = 'ServerUnreachableError';
  constructor(url: string, cause: unknown) {
    super(`No Fleetune server answers at ${url} (${reason(cause)}).`, { cause });
  }
}

export interface FollowOptions {
  /** Also the changes of this tuning job's training jobs. */
  readonly tuningJobName?: string;
  /** Of the last event of a stream that broke; what happened since then comes first. */
  readonly lastEventId?: string;
}

export type { ReceivedEvent } from './event-stream.js';

export interface LogPiece {
  readonly chunks: readonly { readonly offset: number; readonly timestampMs: number; readonly data: Uint8Array }[];
  readonly nextOffset: number;
  readonly complete: boolean;
}

/** Fleetune's API as functions. Every one throws {@link ApiError} or {@link ServerUnreachableError}. */
export interface Client {
  createTuningJob(body: CreateTuningJobBody): Promise<TuningJob>;
  listTuningJobs(query?: TuningJobListQuery): Promise<z.output<typeof tuningJobPageSchema>>;
  tuningJob(name: string): Promise<TuningJob>;
  stopTuningJob(name: string): Promise<TuningJob>;
  /** The best completed training job so far. */
  bestTrainingJob(tuningJobName: string): Promise<TrainingJob>;
  createTrainingJob(body: CreateTrainingJobBody): Promise<TrainingJob>;
  listTrainingJobs(query?: TrainingJobListQuery): Promise<z.output<typeof trainingJobPageSchema>>;
  trainingJob(name: string): Promise<TrainingJob>;
  stopTrainingJob(name: string): Promise<TrainingJob>;
  trainingJobMetrics(name: string): Promise<z.output<typeof metricPointsSchema>['metrics']>;
  trainingJobLog(name: string, range?: LogRange, signal?: AbortSignal): Promise<LogPiece>;
  listAgents(): Promise<readonly Agent[]>;
  listWarmPools(): Promise<readonly ListedWarmPool[]>;
  /** For the administrator: the agent of this name or id does as if its machine were taken away. */
  interruptAgent(agent: string, seconds: number): Promise<Agent>;
  /** For the administrator: the agent of this name or id takes no new work until {@link Client.uncordonAgent}. */
  cordonAgent(agent: string): Promise<Agent>;
  uncordonAgent(agent: string): Promise<Agent>;
  /** The training jobs of a tuning job in few words, a page at a time, in the order of creation. */
  listTrainingJobSummaries(
    tuningJobName: string,
    query?: TrainingJobSummaryQuery,
  ): Promise<z.output<typeof trainingJobSummaryPageSchema>>;
  tuningJobConfiguration(name: string): Promise<JobConfiguration>;
  trainingJobConfiguration(name: string): Promise<JobConfiguration>;
  /** What waits for room, and why. */
  waiting(): Promise<Waiting>;
  /** What changes from now on. Ends when the server ends the stream; breaks like every stream may. */
  follow(options: FollowOptions, signal: AbortSignal): AsyncGenerator<ReceivedEvent>;
  /** For the administrator, as are the next three: a new key of a tenant, with its secrets, which are never shown again. */
  createAccessKey(body: CreateAccessKeyBody): Promise<CreatedAccessKeyBody>;
  listAccessKeys(): Promise<readonly AccessKey[]>;
  enableAccessKey(accessKeyId: string, enabled: boolean): Promise<void>;
  deleteAccessKey(accessKeyId: string): Promise<void>;
  /** Sends a .tar.gz; returns its URI for `algorithm.source`. */
  upload(archive: Uint8Array<ArrayBuffer>): Promise<string>;
}

export interface ClientOptions {
  /** Such as `http://127.0.0.1:7070`. */
  readonly url: string;
  readonly token: string;
  /** For one request; log requests may wait 30 s longer. */
  readonly timeoutMs?: number;
}

interface Call<Schema extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly answer: Schema;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly json?: unknown;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
  readonly extraTimeoutMs?: number;
}

export function createClient({ url, token, timeoutMs = 30_000 }: ClientOptions): Client {
  const base = url.replace(/\/+$/, '');

  async function call<Schema extends z.ZodType>(request: Call<Schema>): Promise<z.output<Schema>> {
    const address = new URL(`${base}/api/v1/${request.path}`);
    for (const [name, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) address.searchParams.set(name, String(value));
    }
    const timeout = AbortSignal.timeout(timeoutMs + (request.extraTimeoutMs ?? 0));
    const signal = request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]);
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (request.json !== undefined) headers['content-type'] = 'application/json';
    if (request.bytes !== undefined) headers['content-type'] = 'application/gzip';
    const body = request.json === undefined ? request.bytes : JSON.stringify(request.json);
    const [status, text] = await exchange(base, address, { method: request.method, headers, body, signal });
    if (status >= 400) throw refusal(status, text);
    const parsed = request.answer.safeParse(parseJson(text));
    if (!parsed.success) {
      throw new ApiError(status, 'UnexpectedAnswer', `${base} answered in a form that is not Fleetune's API.`, []);
    }
    return parsed.data;
  }

  const get = <Schema extends z.ZodType>(path: string, answer: Schema, query?: Call<Schema>['query']) =>
    call({ method: 'GET', path, answer, ...(query === undefined ? {} : { query }) });
  const post = <Schema extends z.ZodType>(path: string, answer: Schema, json?: unknown) =>
    call({ method: 'POST', path, answer, ...(json === undefined ? {} : { json }) });
  const tuning = (name: string) => `tuning-jobs/${encodeURIComponent(name)}`;
  const accessKey = (id: string) => `access-keys/${encodeURIComponent(id)}`;
  const training = (name: string) => `training-jobs/${encodeURIComponent(name)}`;

  return {
    createTuningJob: (body) => post('tuning-jobs', tuningJobSchema, body),
    listTuningJobs: (query = {}) => get('tuning-jobs', tuningJobPageSchema, plain(query)),
    tuningJob: (name) => get(tuning(name), tuningJobSchema),
    stopTuningJob: (name) => post(`${tuning(name)}/stop`, tuningJobSchema),
    bestTrainingJob: (name) => get(`${tuning(name)}/best`, trainingJobSchema),
    createTrainingJob: (body) => post('training-jobs', trainingJobSchema, body),
    listTrainingJobs: (query = {}) => get('training-jobs', trainingJobPageSchema, plain(query)),
    trainingJob: (name) => get(training(name), trainingJobSchema),
    stopTrainingJob: (name) => post(`${training(name)}/stop`, trainingJobSchema),
    trainingJobMetrics: async (name) => (await get(`${training(name)}/metrics`, metricPointsSchema)).metrics,
    async trainingJobLog(name, range = {}, signal) {
      const slice = await call({
        method: 'GET',
        path: `${training(name)}/log`,
        answer: logSliceSchema,
        query: plain(range),
        extraTimeoutMs: Number(range.waitSeconds ?? 0) * 1000,
        ...(signal === undefined ? {} : { signal }),
      });
      const chunks = slice.chunks.map(({ offset, timestampMs, dataBase64 }) => ({
        ...{ offset, timestampMs },
        data: Uint8Array.from(atob(dataBase64), (character) => character.charCodeAt(0)),
      }));
      return { chunks, nextOffset: slice.nextOffset, complete: slice.complete };
    },
    listAgents: async () => (await get('agents', agentListSchema)).agents,
    listWarmPools: async () => (await get('warm-pools', warmPoolListSchema)).warmPools,
    interruptAgent: async (agent, seconds) =>
      (await post(`agents/${encodeURIComponent(agent)}/interrupt`, orderedAgent, { seconds })).agent,
    cordonAgent: async (agent) => (await post(`agents/${encodeURIComponent(agent)}/cordon`, orderedAgent, {})).agent,
    uncordonAgent: async (agent) =>
      (await post(`agents/${encodeURIComponent(agent)}/uncordon`, orderedAgent, {})).agent,
    listTrainingJobSummaries: (name, query = {}) =>
      get(`${tuning(name)}/training-jobs`, trainingJobSummaryPageSchema, plain(query)),
    tuningJobConfiguration: (name) => get(`${tuning(name)}/configuration`, configurationSchema),
    trainingJobConfiguration: (name) => get(`${training(name)}/configuration`, configurationSchema),
    waiting: () => get('waiting', waitingSchema),
    async *follow({ tuningJobName, lastEventId }, signal) {
      const address = new URL(`${base}/api/v1/events`);
      if (tuningJobName !== undefined) address.searchParams.set('tuningJob', tuningJobName);
      const headers: Record<string, string> = { authorization: `Bearer ${token}` };
      if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
      const response = await reach(base, () => fetch(address, { headers, signal }));
      if (!response.ok || response.body === null) throw refusal(response.status, await response.text());
      yield* readEvents(response.body);
    },
    createAccessKey: (body) => post('access-keys', createdAccessKeySchema, body),
    listAccessKeys: async () => (await get('access-keys', accessKeyListSchema)).accessKeys,
    async enableAccessKey(id, enabled) {
      await post(`${accessKey(id)}/${enabled ? 'enable' : 'disable'}`, nothing);
    },
    async deleteAccessKey(id) {
      await call({ method: 'DELETE', path: accessKey(id), answer: nothing });
    },
    upload: async (bytes) => (await call({ method: 'PUT', path: 'uploads', answer: uploadSchema, bytes })).uri,
  };
}

const orderedAgent = z.object({ agent: agentSchema });

/** Of an answer without a body. */
const nothing = z.undefined();

function plain(query: object): Readonly<Record<string, string | number | undefined>> {
  return query as Readonly<Record<string, string | number | undefined>>;
}

async function exchange(base: string, address: URL, init: RequestInit): Promise<[status: number, text: string]> {
  return reach(base, async () => {
    const response = await fetch(address, init);
    return [response.status, await response.text()];
  });
}

async function reach<Answer>(base: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw new ServerUnreachableError(base, error);
  }
}

function refusal(status: number, text: string): ApiError {
  const parsed = errorBodySchema.safeParse(parseJson(text));
  if (!parsed.success) return new ApiError(status, `Http${status}`, `The server answered with HTTP ${status}.`, []);
  const { code, message, faults } = parsed.data.error;
  return new ApiError(status, code, message, faults);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : error.message;
}
