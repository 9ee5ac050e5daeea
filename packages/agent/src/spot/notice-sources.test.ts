import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { NOTICE_SOURCES, type NoticeSource, noticesOf } from './notice-sources.js';
import type { SpotNotice } from './spot-notices.js';

const NOW_MS = Date.parse('2026-11-21T12:00:00Z');
let server: Server | undefined;
const watching = new AbortController();

/** A metadata service on a free port, that answers as the test says. */
async function metadataService(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function next(source: NoticeSource, baseUrl: string, onSilent?: (error: unknown) => void) {
  const options = { baseUrl, pollEveryMs: 5, nowMs: () => NOW_MS, ...(onSilent === undefined ? {} : { onSilent }) };
  return noticesOf(source, options).next(watching.signal);
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

describe('Amazon EC2', () => {
  it('is asked with a token, which is renewed when it is refused, until there is an instance action', async () => {
    const tokens: string[] = [];
    let asked = 0;
    const baseUrl = await metadataService((request, response) => {
      if (request.method === 'PUT' && request.url === '/latest/api/token') {
        expect(request.headers['x-aws-ec2-metadata-token-ttl-seconds']).toBe('21600');
        tokens.push(`token-${tokens.length}`);
        return response.end(tokens.at(-1));
      }
      expect(request.url).toBe('/latest/meta-data/spot/instance-action');
      if (request.headers['x-aws-ec2-metadata-token'] !== tokens.at(-1)) return response.writeHead(401).end();
      asked += 1;
      if (asked === 2) return response.writeHead(401).end();
      if (asked < 4) return response.writeHead(404).end('Not Found');
      return response.end(JSON.stringify({ action: 'terminate', time: '2026-11-21T12:02:00Z' }));
    });
    const notice = await next('ec2', baseUrl);
    expect(notice).toEqual<SpotNotice>({
      reason: 'Amazon EC2 takes the spot machine away (terminate at 2026-11-21T12:02:00Z).',
      secondsLeft: 120,
    });
    expect(tokens).toEqual(['token-0', 'token-1']);
  });
});

describe('Google Compute Engine', () => {
  it('answers when the value changes', async () => {
    const queries: string[] = [];
    const baseUrl = await metadataService((request, response) => {
      expect(request.headers['metadata-flavor']).toBe('Google');
      const url = new URL(request.url ?? '', 'http://metadata');
      expect(url.pathname).toBe('/computeMetadata/v1/instance/preempted');
      queries.push(url.search);
      response.setHeader('etag', 'e1').end(queries.length < 2 ? 'FALSE' : 'TRUE');
    });
    expect(await next('gcp', baseUrl)).toEqual({
      reason: 'Google Compute Engine takes the spot machine away.',
      secondsLeft: 30,
    });
    expect(queries).toEqual(['', '?wait_for_change=true&last_etag=e1&timeout_sec=60']);
  });
});

describe('Azure', () => {
  const event = (type: string, resource: string, notBefore: string) => ({
    ...{ EventId: 'e', EventType: type, ResourceType: 'VirtualMachine', EventStatus: 'Scheduled' },
    ...{ Resources: [resource], NotBefore: notBefore },
  });

  it('heeds an eviction of this machine, and neither other events nor other machines', async () => {
    const soon = 'Sat, 21 Nov 2026 12:00:30 GMT';
    const answers = [
      [],
      [event('Reboot', 'worker-1', soon)],
      [event('Preempt', 'worker-2', soon)],
      [event('Preempt', 'worker-2', soon), event('Preempt', 'worker-1', soon)],
    ];
    const baseUrl = await metadataService((request, response) => {
      expect(request.headers.metadata).toBe('true');
      if (request.url?.startsWith('/metadata/instance/compute/name')) return response.end('worker-1');
      return response.end(JSON.stringify({ DocumentIncarnation: 1, Events: answers.shift() ?? [] }));
    });
    expect(await next('azure', baseUrl)).toEqual({ reason: 'Azure takes the spot machine away.', secondsLeft: 30 });
    expect(answers).toEqual([]);
  });

  it('leaves a few seconds for an event that has started', async () => {
    const baseUrl = await metadataService((request, response) =>
      request.url?.startsWith('/metadata/instance')
        ? response.end('worker-1')
        : response.end(JSON.stringify({ Events: [event('Preempt', 'worker-1', '')] })),
    );
    expect(await next('azure', baseUrl)).toMatchObject({ secondsLeft: 5 });
  });
});

describe.each(NOTICE_SOURCES)('%s', (source) => {
  it('is asked again when it fails, says so once, and ends with the signal', async () => {
    let failures = 0;
    const silences: unknown[] = [];
    const ended = new AbortController();
    const baseUrl = await metadataService((_request, response) => {
      failures += 1;
      if (failures === 5) ended.abort();
      response.writeHead(500).end();
    });
    const options = { baseUrl, pollEveryMs: 1, onSilent: (error: unknown) => silences.push(error) };
    expect(await noticesOf(source, options).next(ended.signal)).toBeUndefined();
    expect(failures).toBeGreaterThanOrEqual(5);
    expect(silences).toHaveLength(1);
    expect(String(silences[0])).toMatch(/answered .* with HTTP 500/);
  });
});
