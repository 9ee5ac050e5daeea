import { Reader } from './reader.mjs';
import { requestSigner } from './signed-request.mjs';

/**
 * The load of reads, in a process of its own. Takes `{ endpoint, readers, seconds, pauseMs, requests }` from its parent,
 * where requests are `{ kind, operation, input }`, and sends back the milliseconds of every answer by kind.
 */
process.once('message', async ({ endpoint, readers, seconds, pauseMs, requests }) => {
  const sign = requestSigner(endpoint);
  const prepared = requests.map(({ kind, operation, input }) => ({ kind, bytes: sign(operation, input) }));
  const samples = {};
  const warmUntil = performance.now() + 2_000;
  const until = warmUntil + seconds * 1_000;
  await Promise.all(
    Array.from({ length: readers }, async (_, index) => {
      const reader = await Reader.connect(endpoint.url);
      for (let next = index * 97; performance.now() < until; next += 1) {
        const { kind, bytes } = prepared[next % prepared.length];
        const startMs = performance.now();
        await reader.ask(bytes);
        const endMs = performance.now();
        if (startMs >= warmUntil) {
          samples[kind] ??= [];
          samples[kind].push(endMs - startMs);
        }
        // Spread, so that readers do not march in step.
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random())));
      }
      reader.close();
    }),
  );
  process.send(samples, () => process.exit(0));
});
