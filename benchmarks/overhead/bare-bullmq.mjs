import { createPostgresBackend, Queue, Worker } from 'bullmq';
import pg from 'pg';

/**
 * What BullMQ alone does on the same store: jobs that do nothing, added in bulk, worked off at the given concurrency.
 *
 * @returns jobs per second from the first add to the last completion.
 */
export async function bareBullmqJobsPerSecond({ kind, url, jobs, concurrency }) {
  const name = `bare-${process.pid}`;
  const parts = kind === 'redis' ? redisParts(url) : postgresParts(url);
  const queue = new Queue(name, { connection: parts.connection }, ...parts.rest);
  const data = Array.from({ length: jobs }, (_, index) => ({
    name: 'job',
    data: { index },
    opts: { removeOnComplete: true },
  }));
  const startedMs = performance.now();
  await queue.addBulk(data);
  let done = 0;
  let worker;
  await new Promise((resolve, reject) => {
    worker = new Worker(name, async () => {}, { connection: parts.connection, concurrency }, ...parts.rest);
    worker.on('completed', () => {
      done += 1;
      if (done === jobs) resolve();
    });
    worker.on('error', reject);
  });
  const seconds = (performance.now() - startedMs) / 1000;
  await worker.close();
  await queue.close();
  await parts.close();
  return jobs / seconds;
}

function redisParts(url) {
  const { hostname, port } = new URL(url);
  return {
    connection: { host: hostname, port: Number(port), maxRetriesPerRequest: null },
    rest: [],
    close: async () => {},
  };
}

function postgresParts(url) {
  const pool = new pg.Pool({ connectionString: url, max: 12, options: '-c search_path=bullmq' });
  return {
    connection: pool,
    // BullMQ takes the backend as the last argument of its constructors.
    rest: [createPostgresBackend],
    close: () => pool.end(),
  };
}
