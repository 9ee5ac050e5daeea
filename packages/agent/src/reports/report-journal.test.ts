import { appendFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromAttemptReport, toAttemptReport } from '@fleetune/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReportJournal } from './report-journal.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetune-journal-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const open = () =>
  ReportJournal.open(folder, (error) => {
    throw error;
  });

function report(trainingJobId: string, reason = 'why') {
  return toAttemptReport(
    { key: { trainingJobId, fence: 1 }, outcome: { kind: 'ClientError', reason }, finalMetrics: [] },
    7,
  );
}

function jobIds(journal: ReportJournal): string[] {
  return journal.unacknowledged().map((each) => fromAttemptReport(each).key.trainingJobId);
}

describe('ReportJournal', () => {
  it('gives back after a crash what was not acknowledged, whole', async () => {
    const first = await open();
    first.add(report('a'));
    first.add(report('b'));
    first.add(report('c'));
    await first.flushed();
    first.acknowledge('b.1');
    await first.flushed();
    const second = await open();
    expect(jobIds(second)).toEqual(['a', 'c']);
    expect(second.unacknowledged()[0]).toEqual(report('a'));
    await Promise.all([first.close(), second.close()]);
  });

  it('writes nothing for a report that is acknowledged at once', async () => {
    const journal = await open();
    journal.add(report('a'));
    journal.acknowledge('a.1');
    await journal.flushed();
    expect((await stat(join(folder, 'reports.journal'))).size).toBe(0);
    await journal.close();
  });

  it('survives a record that a crash tore', async () => {
    const first = await open();
    first.add(report('a'));
    await first.close();
    await appendFile(join(folder, 'reports.journal'), Buffer.from([1, 0, 0, 0, 99, 1, 2, 3, 4, 5]));
    const second = await open();
    expect(jobIds(second)).toEqual(['a']);
    second.add(report('b'));
    await second.close();
    const third = await open();
    expect(jobIds(third)).toEqual(['a', 'b']);
    await third.close();
  });

  it('does not grow with what is acknowledged', async () => {
    const journal = await open();
    journal.add(report('kept'));
    for (let round = 0; round < 40; round += 1) {
      journal.add(report(`job-${round}`, 'x'.repeat(100_000)));
      await journal.flushed();
      journal.acknowledge(`job-${round}.1`);
      await journal.flushed();
    }
    expect((await stat(join(folder, 'reports.journal'))).size).toBeLessThan(1_300_000);
    await journal.close();
    const reopened = await open();
    expect(jobIds(reopened)).toEqual(['kept']);
    await reopened.close();
  });
});
