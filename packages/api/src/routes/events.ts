import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { ApiOptions, ApiRequest } from '../api-options.js';
import { bearerToken } from '../bearer-token.js';
import { serializeBody } from '../contract/page.js';
import { eventQuerySchema, type ServerEvent } from '../contract/server-event.js';
import { type FollowedJobs, JobChanges } from '../live/job-changes.js';
import { parseRequest } from '../parse-request.js';

const POLL_EVERY_MS = 1_000;
/** Below the idle limits of the usual proxies. */
const HEARTBEAT_EVERY_MS = 15_000;
/** A listener so far behind is let go; it comes back and says where it was. */
const MAX_UNSENT_BYTES = 16 * 2 ** 20;
/** Event ids are times; a listener that comes back is told again what changed shortly before it left. */
const REACH_BACK_MS = 5_000;
/** A listener that was away for longer reads anew: all that changed since may be more than memory holds. */
const LONGEST_AWAY_MS = 3_600_000;

/** Server-sent events: what changed, in batches. `Last-Event-ID` goes on where an earlier stream ended. */
export function eventRoute(app: FastifyInstance, access: ApiRequest, { jobs, authenticate, live }: ApiOptions): void {
  const { nowMs = Date.now, pollEveryMs = POLL_EVERY_MS, heartbeatEveryMs = HEARTBEAT_EVERY_MS } = live ?? {};
  const changes = new JobChanges(jobs, { nowMs, pollEveryMs });
  const open = new Set<Readable>();
  // Streams that never end by themselves would hold up the server's end.
  app.addHook('preClose', async () => {
    for (const stream of open) stream.push(null);
  });

  app.get('/events', async (request, reply) => {
    const { tuningJob } = parseRequest(eventQuerySchema, request.query);
    const tenant = access.tenant(request);
    if (tuningJob !== undefined) await jobs.describeTuningJob(tenant, tuningJob);
    const followed: FollowedJobs = { tenant, ...(tuningJob === undefined ? {} : { tuningJobName: tuningJob }) };
    const stream = new Readable({ read() {}, highWaterMark: MAX_UNSENT_BYTES });
    const write = (text: string) => {
      if (!stream.destroyed && !stream.push(text)) stream.destroy();
    };
    const send = (event: ServerEvent) => write(frame(event, nowMs()));
    const stop = changes.listen(followed, send);
    const heartbeat = setInterval(() => {
      // A key may be taken back while its stream is open.
      if (authenticate(bearerToken(request) ?? '') === tenant) write(': still here\n\n');
      else stream.destroy();
    }, heartbeatEveryMs);
    open.add(stream);
    stream.once('close', () => {
      open.delete(stream);
      clearInterval(heartbeat);
      stop();
    });
    const sinceMs = lastEventTimeMs(request.headers['last-event-id']);
    const resumed = sinceMs !== undefined && nowMs() - sinceMs < LONGEST_AWAY_MS;
    send({ kind: 'ready', resumed });
    if (resumed) {
      changes.missed(followed, sinceMs - REACH_BACK_MS).then(
        (events) => events.forEach(send),
        () => stream.destroy(),
      );
    }
    return reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(stream);
  });
}

function frame(event: ServerEvent, id: number): string {
  return `id: ${id}\nevent: ${event.kind}\ndata: ${serializeBody(event)}\n\n`;
}

/** Undefined for ids that this server did not give out. */
function lastEventTimeMs(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
}
