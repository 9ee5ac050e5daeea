import { setTimeout as delay } from 'node:timers/promises';
import type { JobService, LogSlice } from '@fleetune/scheduler';
import type { FastifyInstance } from 'fastify';
import type { ApiRequest } from '../api-options.js';
import { logQuerySchema } from '../contract/training-job.js';
import { parseRequest } from '../parse-request.js';

/** How often a waiting reader looks again; a follower sees a line at most this much late. */
const LOOK_AGAIN_MS = 200;

export function trainingJobLogRoute(app: FastifyInstance, access: ApiRequest, jobs: JobService): void {
  const closing = new AbortController();
  // Readers that wait would hold up the server's end for their whole wait.
  app.addHook('preClose', async () => closing.abort());

  app.get<{ Params: { name: string } }>('/training-jobs/:name/log', async (request, reply) => {
    const { offset, maxBytes, waitSeconds } = parseRequest(logQuerySchema, request.query);
    const tenant = access.tenant(request);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const signal = AbortSignal.any([closing.signal, gone.signal]);
    const read = () => jobs.trainingJobLog(tenant, request.params.name, { fromOffset: offset, maxBytes });
    const slice = await readOrWait(read, waitSeconds * 1000, signal);
    return {
      chunks: slice.chunks.map((chunk) => ({
        offset: chunk.offset,
        timestampMs: chunk.timestampMs,
        dataBase64: Buffer.from(chunk.data).toString('base64'),
      })),
      nextOffset: slice.nextOffset,
      complete: slice.complete,
    };
  });
}

async function readOrWait(read: () => Promise<LogSlice>, waitMs: number, signal: AbortSignal): Promise<LogSlice> {
  const until = performance.now() + waitMs;
  for (;;) {
    const slice = await read();
    const leftMs = until - performance.now();
    if (slice.chunks.length > 0 || slice.complete || leftMs <= 0 || signal.aborted) return slice;
    await delay(Math.min(LOOK_AGAIN_MS, leftMs), undefined, { signal }).catch(() => undefined);
  }
}
