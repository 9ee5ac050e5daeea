import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { decodeTrainingOrder, encodeTrainingOrder, type TrainingOrder } from '@fleetune/protocol';
import { z } from 'zod';
import type { ScrapeProgress } from '../log/metric-scraper.js';
import type { SupervisionFolder } from './supervision-folder.js';

const FORMAT = 1;
const textByName = z.record(z.string(), z.string());
const keySchema = z.object({ trainingJobId: z.string().min(1), fence: z.int().positive() });
const resourcesSchema = z.object({ cpuMilli: z.number(), memoryMib: z.number(), gpuMilli: z.number() });

const recordSchema = z.object({
  format: z.literal(FORMAT),
  /** Of the machine's run: nothing survives its end. */
  bootId: z.string().min(1),
  key: keySchema,
  /** The order's protobuf encoding, in base64. */
  order: z.base64(),
  resources: resourcesSchema,
  cpuCount: z.int().positive(),
  gpuUuids: z.array(z.string()),
  keptTogetherBy: z.string(),
  tag: textByName,
  /** Whether the program has a real `/opt/ml`. */
  isIsolated: z.boolean(),
  /** Where in the log its output begins. */
  outputFrom: z.int().nonnegative(),
  /** By the wall clock. */
  trainingStartMs: z.number(),
  /** Since the machine's start. */
  startedAtUptimeMs: z.number(),
  /** What it reads that lies outside of its own folder. */
  mountedFolders: z.array(z.string()),
});

/** What a later agent process has to know of an attempt to go on with it. */
export type AttemptRecord = Omit<z.infer<typeof recordSchema>, 'format' | 'order'> & { readonly order: TrainingOrder };

export function writeRecord(folder: SupervisionFolder, record: AttemptRecord): void {
  const order = Buffer.from(encodeTrainingOrder(record.order)).toString('base64');
  replaceFile(folder.record, JSON.stringify({ ...record, format: FORMAT, order }));
}

/** Undefined when there is none, or not one that this version understands. */
export function readRecord(folder: SupervisionFolder): AttemptRecord | undefined {
  const { data } = recordSchema.safeParse(readJson(folder.record));
  if (data === undefined) return undefined;
  try {
    return { ...data, order: decodeTrainingOrder(Buffer.from(data.order, 'base64')) };
  } catch {
    return undefined;
  }
}

const progressSchema = z.object({
  offset: z.int().nonnegative(),
  series: z.array(
    z.object({
      name: z.string(),
      nextStep: z.int().nonnegative(),
      last: z.object({ name: z.string(), value: z.number(), timestampMs: z.number() }),
    }),
  ),
  /** From the free slot to the program's first output; undefined before that. */
  startupMs: z.number().optional(),
});

export interface AttemptProgress extends ScrapeProgress {
  readonly startupMs?: number | undefined;
}

/** Writes down how far the server has the metrics. A disk that takes no more costs only repetitions later. */
export function writeProgress(folder: SupervisionFolder, progress: AttemptProgress): void {
  try {
    replaceFile(folder.progress, JSON.stringify(progress));
  } catch {
    // They are found again in the log.
  }
}

export function readProgress(folder: SupervisionFolder): AttemptProgress | undefined {
  return progressSchema.safeParse(readJson(folder.progress)).data;
}

/** Whole or not at all, should this process end meanwhile. */
function replaceFile(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
