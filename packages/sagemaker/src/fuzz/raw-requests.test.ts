import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServedApi, serveApi } from '../fixtures/served-api.fixture.js';
import { send, signedRequest } from '../fixtures/signed-request.fixture.js';

/** The few of every day are the same each time; more are new ones. */
const RUNS = Number(process.env.FLEETUNE_FUZZ_RUNS ?? 200);
const SEED = process.env.FLEETUNE_FUZZ_RUNS === undefined ? { seed: 20_261_121 } : {};
const MILLISECONDS_A_RUN = 200;
/** What an answer may take on a busy machine before it counts as a hang. */
const PATIENCE_MS = 10_000;

let api: ServedApi;
beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.close());

const HEADERS = [
  'Content-Type: application/x-amz-json-1.1',
  'Content-Type: application/json; charset=latin1',
  'Content-Type: text/xml',
  'Content-Type: multipart/form-data; boundary=x',
  'Content-Type: application/cbor',
  'Content-Type: ;;;',
  'Content-Encoding: gzip',
  'X-Amz-Target: SageMaker.ListTrainingJobs',
  'X-Amz-Target: SageMaker.__proto__',
  'X-Amz-Target: SageMaker.',
  'X-Amz-Target: \u00ff\u0080',
  'smithy-protocol: rpc-v2-cbor',
  'Authorization: AWS4-HMAC-SHA256 Credential=a/20261121/us-east-1/sagemaker/aws4_request, SignedHeaders=host, Signature=00',
  'Authorization: AWS4-HMAC-SHA256',
  'Authorization: Bearer x',
  `Authorization: ${'A'.repeat(8_000)}`,
  'X-Amz-Date: 20261121T000000Z',
  'X-Amz-Date: 99999999T999999Z',
  'x-amz-content-sha256: UNSIGNED-PAYLOAD',
  'Expect: 100-continue',
];

const rawRequest = fc.record({
  method: fc.constantFrom('POST', 'POST', 'POST', 'GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
  path: fc.constantFrom(
    '/',
    '/?X-Amz-Signature=1',
    '/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=-1',
    '/service/SageMaker/operation/ListTrainingJobs',
    '/%00',
    '/%ff',
    '//../..',
    `/${'a'.repeat(4_000)}`,
  ),
  headers: fc.uniqueArray(fc.constantFrom(...HEADERS), { maxLength: 4, selector: (line) => line.split(':')[0] }),
  body: fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constantFrom('{}', '[', '"', '\u0000', '['.repeat(20_000)).map((text) => Buffer.from(text)),
  ),
  /** How many bytes more than there are the request promises. */
  missing: fc.constantFrom(0, 0, 0, 5),
});

it(
  `${RUNS} requests that no client would send are refused, none of them by an error of ours`,
  async () => {
    await fc.assert(
      fc.asyncProperty(rawRequest, async ({ method, path, headers, body, missing }) => {
        const lines = [
          `${method} ${path} HTTP/1.1`,
          'Host: localhost',
          ...headers,
          `Content-Length: ${body.length + missing}`,
        ];
        const head = Buffer.from(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`, 'latin1');
        const answer = await exchange(Buffer.concat([head, body]), missing > 0);
        expect(api.failures).toEqual([]);
        // A request that is never finished is never answered.
        if (missing === 0) expect(answer).toMatch(/^HTTP\/1\.1 ([1-4]\d\d|501) /);
      }),
      { numRuns: RUNS, ...SEED },
    );
  },
  MILLISECONDS_A_RUN * RUNS,
);

it(
  `${RUNS} requests leave neither memory nor descriptors behind`,
  async () => {
    const round = async (requests: number) => {
      for (let index = 0; index < requests; index += 1) {
        const body = index % 2 === 0 ? '{}' : '{"NameContains": 5';
        await send(await signedRequest(api.endpoint, { body }));
      }
    };
    await round(RUNS / 2);
    const before = { heapBytes: usedHeapBytes(), descriptors: openDescriptors() };
    await round(RUNS);
    const growthBytes = usedHeapBytes() - before.heapBytes;
    // A kilobyte kept of each request would be a leak that matters.
    expect(growthBytes).toBeLessThan(2 * 1024 * 1024 + RUNS * 512);
    expect(openDescriptors() - before.descriptors).toBeLessThan(10);
  },
  MILLISECONDS_A_RUN * RUNS,
);

/** Sends bytes and reads until the server closes. Hangs up itself after bytes that promise more. */
function exchange(bytes: Buffer, hangsUp: boolean): Promise<string> {
  const { hostname, port } = new URL(api.endpoint);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ host: hostname, port: Number(port) });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`No answer in ${PATIENCE_MS} ms to ${bytes.subarray(0, 500).toString('latin1')}`));
    }, PATIENCE_MS);
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      answer += String(text);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
    socket.write(bytes, () => {
      if (hangsUp) socket.end();
    });
  });
}

function usedHeapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function openDescriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}
