import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startFleet } from '../harness/fleet.mjs';
import { round, summary } from '../harness/statistics.mjs';
import { makeLargeTuningJob, touchTrainingJobs } from './large-tuning-job.mjs';
import { openWatchedPage } from './watched-page.mjs';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });
const TRAINING_JOBS = 10_000;
const ROUNDS = values.quick ? 1 : 5;
/** A page that was not busy for so long is taken to be at rest. */
const QUIET_MS = 1_500;
const UPDATES = 8;
const UPDATED_JOBS = 50;

const say = (text) => process.stderr.write(`${text}\n`);
const fleet = await startFleet({ queue: 'postgres', slots: 2 });
try {
  const name = await makeLargeTuningJob(fleet, TRAINING_JOBS);
  const { url, token } = JSON.parse(readFileSync(join(fleet.folder, 'data', 'endpoint.json'), 'utf8'));
  const rounds = [];
  for (let number = 1; number <= ROUNDS; number += 1) {
    const measured = await measure(`${url}/tuning-jobs/${name}#token=${token}`);
    say(`${number}: ${JSON.stringify(measured)}`);
    rounds.push(measured);
  }
  const worst = (pick) => Math.max(...rounds.map(pick));
  const median = (pick) => summary(rounds.map(pick)).p50;
  const document = {
    bench: 'console',
    trainingJobs: TRAINING_JOBS,
    firstRowsMs: median((one) => one.firstRowsMs),
    interactiveMs: median((one) => one.interactiveMs),
    interactiveWorstMs: worst((one) => one.interactiveMs),
    longestTask: Object.fromEntries(
      ['loading', 'scrolling', 'sorting', 'updating'].map((phase) => [
        phase,
        { ms: worst((one) => one[phase].longestMs), cpuMs: worst((one) => one[phase].longestCpuMs) },
      ]),
    ),
    loadAverage: round(loadavg()[0]),
  };
  if (values.json) process.stdout.write(`${JSON.stringify(document)}\n`);
  else say(JSON.stringify(document, undefined, 2));
} finally {
  await fleet.stop();
}

/** Opens the page anew, reads it, scrolls, sorts, and lets training jobs change. */
async function measure(address) {
  const watched = await openWatchedPage(TRAINING_JOBS);
  try {
    const { page } = watched;
    const loaded = await watched.during(async () => {
      await page.goto(address);
      await page.waitForFunction(() => globalThis.seen.allRowsMs !== undefined);
      await rest(page);
    });
    const lastBusyMs = loaded.longTasks.reduce((last, task) => Math.max(last, task.startTime + task.duration), 0);
    const scrolled = await watched.during(async () => {
      await scrollAll(page);
      await rest(page);
    });
    const search = page.getByLabel('Find by name or failure reason');
    const sorted = await watched.during(async () => {
      for (const column of ['#', 'Name', 'rate']) {
        await page.locator('.grid-head button', { hasText: column }).first().click();
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      }
      await search.pressSequentially('large-99', { delay: 30 });
      await rest(page);
    });
    await search.fill('');
    const updated = await watched.during(async () => {
      for (let update = 0; update < UPDATES; update += 1) {
        await touchTrainingJobs(fleet, UPDATED_JOBS);
        await page.waitForTimeout(1_000);
      }
    });
    return {
      firstRowsMs: round(loaded.firstRowsMs, 0),
      allRowsMs: round(loaded.allRowsMs, 0),
      // Rows are there, and nothing keeps the page from answering any more.
      interactiveMs: round(Math.max(loaded.firstRowsMs, lastBusyMs), 0),
      loading: busy(loaded),
      scrolling: { ...busy(scrolled), frameMs: summary(scrolled.frames) },
      sorting: { ...busy(sorted), slowestEventMs: Math.max(0, ...sorted.events.map(({ duration }) => duration)) },
      updating: busy(updated),
    };
  } finally {
    await watched.close();
  }
}

/** Down the page and back by the wheel, then down the table and back. */
async function scrollAll(page) {
  await page.mouse.move(700, 500);
  for (const step of [...Array(14).fill(350), ...Array(14).fill(-350)]) {
    await page.mouse.wheel(0, step);
    await page.waitForTimeout(50);
  }
  const table = page.locator('.grid');
  await table.scrollIntoViewIfNeeded();
  const box = await table.boundingBox();
  await page.mouse.move(box.x + 300, box.y + 200);
  for (const step of [...Array(40).fill(4_000), ...Array(20).fill(-8_000)]) {
    await page.mouse.wheel(0, step);
    await page.waitForTimeout(30);
  }
}

function rest(page) {
  return page.waitForFunction(
    (quietMs) => {
      const last = globalThis.seen.longTasks.at(-1);
      return performance.now() - (last === undefined ? 0 : last.startTime + last.duration) > quietMs;
    },
    QUIET_MS,
    { polling: 200 },
  );
}

function busy({ longTasks, taskCpuMs }) {
  const longest = (durations, count) =>
    durations
      .sort((a, b) => b - a)
      .slice(0, count)
      .map((ms) => round(ms, 0));
  const wall = longest(
    longTasks.map(({ duration }) => duration),
    6,
  );
  const cpu = longest(taskCpuMs, 6);
  return { longestMs: wall[0] ?? 0, longestCpuMs: cpu[0] ?? 0, wallMs: wall, cpuMs: cpu };
}
