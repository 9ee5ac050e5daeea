import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitRows } from './commit.js';
import { appendLog, readLog } from './logs.js';
import { acquireOwnership, type Ownership } from './ownership.js';
import { attemptRow, trainingRow } from './rows.fixture.js';
import { startTemporaryDatabase, type TemporaryDatabase } from './temporary-database.fixture.js';

let temporary: TemporaryDatabase;
let ownership: Ownership;

beforeAll(async () => {
  temporary = await startTemporaryDatabase();
  ownership = await acquireOwnership(temporary.database, () => undefined);
});
afterAll(async () => {
  await ownership.release();
  await temporary.stop();
});

/** Leased to the agent "mine". */
async function leasedAttempt() {
  const row = trainingRow();
  await commitRows(temporary.database, ownership.fence, {
    tuningJobs: [],
    trainingJobs: [row],
    attempts: [attemptRow(row.id, { state: 'Leased', agent_id: 'mine' })],
    metrics: [],
    warmPools: [],
  });
  return { trainingJobId: row.id, fence: 1 };
}

describe('a log', () => {
  it('is read from any offset, and only its attempt’s agent may write it', async () => {
    const key = await leasedAttempt();
    const chunk = (offset: number, text: string) => ({ offset, data: Buffer.from(text), writtenAtMs: 0 });
    expect(await appendLog(temporary.database, key, 'mine', chunk(0, 'hello '))).toBe(true);
    expect(await appendLog(temporary.database, key, 'mine', chunk(6, 'world'))).toBe(true);
    expect(await appendLog(temporary.database, key, 'mine', chunk(6, 'again'))).toBe(true);
    expect(await appendLog(temporary.database, key, 'other', chunk(11, '!'))).toBe(false);
    const text = async (from: number) =>
      (await readLog(temporary.database, key, from, 1000)).map(({ data }) => String(data)).join('');
    expect(await text(0)).toBe('hello world');
    expect(await text(8)).toBe('rld');
    expect(await text(11)).toBe('');
  });

  it('takes what is new of a piece that was sent before, cut in another way', async () => {
    const key = await leasedAttempt();
    const append = (offset: number, text: string) =>
      appendLog(temporary.database, key, 'mine', { offset, data: Buffer.from(text), writtenAtMs: 0 });
    await append(0, 'first\n');
    await append(6, 'second\n');
    await append(0, 'first\nsec');
    await append(6, 'second\nthird\n');
    await append(30, 'after a gap\n');
    const chunks = await readLog(temporary.database, key, 0, 1000);
    expect(chunks.map(({ offset, data }) => [offset, String(data)])).toEqual([
      [0, 'first\n'],
      [6, 'second\n'],
      [13, 'third\n'],
      [30, 'after a gap\n'],
    ]);
  });
});

describe('a log of many small pieces', () => {
  it('can be read to its end', async () => {
    const key = await leasedAttempt();
    await temporary.database.pool.query(
      `INSERT INTO log_chunks SELECT $1, 1, n * 5, convert_to(lpad(n::text, 4, '0') || E'\\n', 'UTF8'), now()
       FROM generate_series(0, 2999) AS n`,
      [key.trainingJobId],
    );
    const pieces: Buffer[] = [];
    let offset = 0;
    for (;;) {
      const chunks = await readLog(temporary.database, key, offset, 4096);
      if (chunks.length === 0) break;
      pieces.push(...chunks.map((chunk) => chunk.data));
      offset = chunks.reduce((end, chunk) => Math.max(end, chunk.offset + chunk.data.length), offset);
    }
    expect(String(Buffer.concat(pieces))).toBe(
      Array.from({ length: 3000 }, (_, n) => `${String(n).padStart(4, '0')}\n`).join(''),
    );
  });
});
