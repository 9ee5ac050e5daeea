import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chromiumProgram, keepPicture, seriousFaults, TestBrowser } from './fleet/browser.js';
import { createConsoleJobs, DIGITS } from './fleet/console-jobs.js';
import { Fleet } from './fleet/fleet.js';
import { insertLargeTuningJob } from './fleet/large-tuning-job.js';
import { eventually } from './fleet/processes.js';

const LARGE_COUNT = 10_000;
const reason = chromiumProgram() === undefined ? ' (skipped: there is no Chromium; Debian package chromium)' : '';

describe.skipIf(reason !== '')(`the console${reason}`, () => {
  const fleet = new Fleet('postgres', 2);
  let browser: TestBrowser;

  beforeAll(async () => {
    await fleet.start();
    browser = await TestBrowser.start();
    await createConsoleJobs(fleet);
  }, 240_000);

  afterEach(async () => {
    await browser.closePages();
    expect(browser.faults.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    await browser?.stop();
    await fleet.stop();
  });

  /** The console, signed in, at one of its addresses. */
  async function signedIn(address: string, options?: Parameters<TestBrowser['open']>[1]): Promise<Page> {
    const { url, token } = fleet.endpoint;
    const page = await browser.open(`${url}${address}#token=${token}`, options);
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }

  const trainingJobs = async (tuningJobName: string) =>
    (await fleet.client.listTrainingJobSummaries(tuningJobName)).trainingJobs;

  it('takes a token, and says what is wrong with another', async () => {
    const page = await browser.open(fleet.endpoint.url);
    await page.getByLabel('Token').fill('nonsense');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'does not know this token' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    // The refusal itself is what the browser calls an error.
    expect(browser.faults.splice(0).every((fault) => fault.includes('401'))).toBe(true);
    await page.getByLabel('Token').fill(fleet.endpoint.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'digits' }).first().waitFor();
  });

  it('takes the token from the address once, and removes it there', async () => {
    const page = await signedIn('/tuning-jobs');
    expect(new URL(page.url()).hash).toBe('');
    await page.reload();
    await page.getByRole('heading', { name: 'Tuning jobs' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Token').waitFor();
  });

  it('lists tuning jobs, filters them, and is driven by keys', async () => {
    const page = await signedIn('/');
    const rows = page.locator('tbody tr');
    await rows.nth(1).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('team=vision');
    await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(1);
    expect(await rows.first().textContent()).toContain('16 of 16');
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, 'tuning-jobs');
    await page.getByRole('searchbox').blur();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'digits' }).waitFor();
  });

  it('shows a finished tuning job in every chart', async () => {
    const page = await signedIn('/tuning-jobs/digits');
    const best = (await fleet.client.bestTrainingJob('digits')).name;
    await page.getByRole('region', { name: 'Best training job' }).getByText(best).waitFor();
    for (const title of [
      ...['accuracy, and the best so far', 'Density of accuracy', 'by rate (log)', 'by depth', 'by optimizer'],
      ...['Parallel coordinates', 'Contour of the model', 'Hyperparameter importance', 'Timeline'],
    ]) {
      const picture = page.getByRole('img', { name: `${title}.` });
      await picture.scrollIntoViewIfNeeded();
      await picture.locator('canvas').first().waitFor();
    }
    await page.getByText(/Permutation importance in a random forest over \d+ completed/).waitFor();
    await page.getByText('It has launched as many training jobs as it may.').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, 'tuning-job');
  });

  it('shows what the model expects, and how unsure it is, over the hyperparameters that are chosen', async () => {
    const page = await signedIn('/tuning-jobs/digits');
    await page.getByText('The line is what a model expects').waitFor();
    await page.getByText(/A Gaussian process over \d+ completed training jobs/).waitFor();
    const exported = async () => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'CSV of Contour of the model' }).click(),
      ]);
      return readFileSync(await download.path(), 'utf8')
        .trim()
        .split('\r\n');
    };
    expect((await exported())[0]).toBe('rate from,to,depth from,to,accuracy,standard deviation');
    await page.getByLabel('Across').selectOption('depth');
    await page.getByRole('button', { name: 'uncertainty' }).click();
    await page
      .getByRole('img', { name: 'Contour of the model. Uncertainty of accuracy over depth and rate' })
      .waitFor();
    expect((await exported())[0]).toBe('depth from,to,rate from,to,accuracy,standard deviation');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('figure').filter({ hasText: 'Contour' }).scrollIntoViewIfNeeded();
    await keepPicture(page, 'contour');
  });

  it('shows what a search started from, and how far folds are apart', async () => {
    const page = await signedIn('/tuning-jobs/folded');
    const summary = page.getByRole('region', { name: 'Summary' });
    await summary.getByText('2 folds').waitFor();
    await summary.getByRole('link', { name: 'digits' }).waitFor();
    await page
      .getByRole('region', { name: 'Best training job' })
      .getByText(/of its parents|A parent has/)
      .waitFor();
    const spread = page.getByRole('img', { name: 'Fold spread of the best. 2 training jobs' });
    await spread.scrollIntoViewIfNeeded();
    await spread.locator('canvas').first().waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, 'folded-tuning-job');
    const [parent] = await trainingJobs('folded');
    await page.goto(`${fleet.endpoint.url}/training-jobs/${parent?.name}`);
    const folds = page.getByRole('tabpanel', { name: 'Folds' }).getByRole('link');
    await folds.nth(1).waitFor();
    expect(await folds.allTextContents()).toEqual(
      [1, 2].map((fold) => expect.stringContaining(`${parent?.name}-f${fold}-`)),
    );
    expect(await seriousFaults(page)).toEqual([]);
  });

  it('lets a brush in the parallel coordinates choose rows of the table', async () => {
    const page = await signedIn('/tuning-jobs/digits');
    const chart = page.getByRole('img', { name: 'Parallel coordinates.' });
    await chart.scrollIntoViewIfNeeded();
    await chart.locator('canvas').first().waitFor();
    const box = await chart.boundingBox();
    if (box === null) throw new Error('the chart has no box');
    // The objective's axis is the last; its upper half holds the better half of the values.
    const x = box.x + box.width - 72;
    await page.mouse.move(x, box.y + 45);
    await page.mouse.down();
    await page.mouse.move(x, box.y + 120, { steps: 8 });
    await page.mouse.up();
    const heading = page.getByRole('heading', { name: /^Training jobs/ });
    await expect.poll(() => heading.textContent(), { timeout: 10_000 }).toMatch(/Training jobs \d+ of 16/);
  });

  it('exports charts as pictures and numbers', async () => {
    const page = await signedIn('/tuning-jobs/digits');
    await page.getByRole('img', { name: 'accuracy, and the best so far.' }).locator('canvas').first().waitFor();
    const exported = async (format: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: `${format} of accuracy, and the best so far` }).click(),
      ]);
      return readFileSync(await download.path());
    };
    expect((await exported('PNG')).subarray(1, 4).toString()).toBe('PNG');
    expect((await exported('SVG')).toString()).toMatch(/^<svg [\s\S]*<\/svg>$/);
    const lines = (await exported('CSV')).toString().trim().split('\r\n');
    const withObjective = (await trainingJobs('digits')).filter((job) => job.objectiveValue !== undefined);
    expect(lines[0]).toBe('training job,number,seconds,accuracy,status');
    expect(lines).toHaveLength(1 + withObjective.length);
  });

  it('shows the configuration without what may be secret', async () => {
    const page = await signedIn('/tuning-jobs/digits');
    await page.getByRole('tab', { name: 'Configuration' }).click();
    const yaml = page.getByRole('region', { name: 'Configuration as YAML' });
    await yaml.waitFor();
    expect(await yaml.textContent()).toContain('scaling: Logarithmic');
    expect(await page.content()).not.toContain('hush');
    await page.getByText(/the values of SECRET/).waitFor();
  });

  it('shows a running tuning job as it goes on', async () => {
    const page = await signedIn('/tuning-jobs/slow');
    await page.getByText('live', { exact: true }).waitFor();
    const rows = page.getByRole('table', { name: 'Training jobs' }).locator('.grid-row');
    await rows.first().waitFor();
    const before = await rows.count();
    await expect.poll(() => rows.count(), { timeout: 90_000 }).toBeGreaterThan(before);
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, 'running-tuning-job');
  });

  it('shows a training job: curves, log, transitions, hyperparameters', async () => {
    const completed = (await trainingJobs('digits')).find((job) => job.status === 'Completed');
    const page = await signedIn(`/training-jobs/${completed?.name}`);
    for (const metric of ['accuracy', 'loss']) {
      await page
        .getByRole('img', { name: `${metric}. 20 points` })
        .locator('canvas')
        .first()
        .waitFor();
    }
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, 'training-job');
    await page.getByRole('tab', { name: 'Log' }).click();
    await page.getByText('21 lines, complete').waitFor();
    await page.getByRole('searchbox', { name: 'Search in the log' }).fill('STEP=1');
    await page.getByText('11 lines found').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    expect(await page.locator('.log mark').first().textContent()).toBe('step=1');
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Hyperparameters' }).click();
    expect(await page.locator('tr', { hasText: 'rate' }).first().textContent()).toContain('the search');
    await page.getByRole('tab', { name: 'Transitions' }).click();
    await page.getByRole('cell', { name: 'Training', exact: true }).waitFor();
  });

  it('shows in full why a training job failed', async () => {
    const failed = (await trainingJobs('digits')).find((job) => job.status === 'Failed');
    const page = await signedIn(`/training-jobs/${failed?.name}`);
    const notice = page.getByRole('alert');
    await notice.waitFor();
    expect(await notice.textContent()).toContain('depth 5 does not work, says the program');
  });

  it('follows the log of a running training job', async () => {
    // One that has just begun, so that most of its log is still to come.
    const running = await eventually('a training job begins', async () =>
      (await trainingJobs('slow')).find(
        (job) => job.secondaryStatus === 'Training' && Date.now() - (job.trainingStartTimeMs ?? 0) < 10_000,
      ),
    );
    const page = await signedIn(`/training-jobs/${running.name}`);
    await page.getByRole('tab', { name: 'Log' }).click();
    const shown = page.getByText(/\d+ lines, following/);
    await shown.waitFor();
    const count = async () => Number.parseInt((await shown.textContent()) ?? '', 10);
    const before = await count();
    await expect.poll(count, { timeout: 30_000 }).toBeGreaterThan(before);
  });

  it('compares training jobs chosen in the table', async () => {
    const page = await signedIn('/tuning-jobs/digits');
    const boxes = page.getByRole('checkbox', { name: /^Compare digits-/ });
    await boxes.nth(1).waitFor();
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    await page.getByRole('link', { name: 'Compare 2' }).click();
    await page.getByRole('heading', { name: 'Compare 2 training jobs' }).waitFor();
    await page.getByRole('img', { name: 'accuracy. 2 training jobs' }).locator('canvas').first().waitFor();
    expect(await page.locator('tr.differs').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^rate/)]),
    );
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, 'compare');
  });

  it('shows the fleet, and why a training job waits', async () => {
    const sleepers = ['sleeper-1', 'sleeper-2', 'sleeper-3', 'sleeper-4'];
    for (const name of sleepers) {
      const body = { algorithm: { command: ['sleep', '60'] }, instance: { type: 'ml.m5.large' } };
      await fleet.client.createTrainingJob({ name, ...body });
    }
    const page = await signedIn('/fleet');
    await page.getByRole('cell', { name: /^tester/ }).waitFor();
    const waiting = page.getByRole('row', { name: /sleeper-4/ });
    await waiting.getByText('Every slot for ml.m5.large is taken.').waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, 'fleet');
    for (const name of sleepers) await fleet.client.stopTrainingJob(name);
  });

  it('shows faults at their fields, those of the form and those of the API, and starts the tuning job', async () => {
    const page = await signedIn('/new');
    const start = page.getByRole('button', { name: 'Start the tuning job' });
    const field = (label: string) => page.getByLabel(label, { exact: true }).first();
    await field('Name').fill('-bad-');
    await start.click();
    await page.getByText('A name holds letters, digits and hyphens').first().waitFor();
    expect(await field('Name').getAttribute('aria-invalid')).toBe('true');
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, 'create-with-faults');

    await field('Name').fill('by-form');
    await field('Objective metric').fill('acuracy');
    await field('Direction').selectOption('Maximize');
    await field('Kind').selectOption('command');
    await page.getByLabel('Command, one argument a line').fill('python3\n-c\nprint("accuracy=1")');
    await field('Hyperparameter').fill('rate');
    await field('Min').fill('0.001');
    await field('Max').fill('1');
    await page.getByRole('button', { name: 'Add to metrics' }).click();
    const metrics = page.getByRole('group', { name: 'Metrics' });
    await metrics.getByLabel('Name').fill('accuracy');
    await metrics.getByLabel(/Regular expression/).fill('accuracy=(\\S+)');
    await field('Training jobs at most').fill('2');
    await start.click();
    await page.getByText('did you mean "accuracy"?').first().waitFor();
    expect(await field('Objective metric').getAttribute('aria-invalid')).toBe('true');
    // Being refused is what the browser calls an error.
    expect(browser.faults.splice(0).every((fault) => fault.includes('422'))).toBe(true);

    await field('Objective metric').fill('accuracy');
    expect(await page.getByRole('region', { name: 'The tuning job by yaml' }).textContent()).toContain('name: by-form');
    await page.getByRole('tab', { name: 'boto3' }).click();
    await page.getByText('HyperParameterTuningJobName="by-form"').waitFor();
    await start.click();
    await page.getByRole('heading', { level: 1, name: 'by-form' }).waitFor();
    expect((await fleet.client.tuningJob('by-form')).limits.maxTrainingJobs).toBe(2);
  });

  it('clones a tuning job into the form', async () => {
    const page = await signedIn('/tuning-jobs/digits');
    await page.getByRole('link', { name: 'Clone' }).click();
    await page.getByRole('heading', { name: 'New tuning job like digits' }).waitFor();
    const yaml = page.getByRole('region', { name: 'The tuning job by yaml' });
    await yaml.getByText('scaling: Logarithmic').waitFor();
    expect(await page.getByRole('group', { name: 'Environment' }).getByLabel('Name').inputValue()).toBe('SECRET');
    await page.getByText('The values of SECRET are not shown').waitFor();
  });

  it('stops a tuning job, after asking', async () => {
    const page = await signedIn('/tuning-jobs/slow');
    await page.getByRole('button', { name: 'Stop slow' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop it' }).click();
    await page.locator('.page-head .badge-Stopped').waitFor();
    await page.getByText('Somebody stopped it.').waitFor();
  });

  it('finds the server again after it was killed, and what has changed', async () => {
    const page = await signedIn('/tuning-jobs');
    const connection = page.getByRole('status').filter({ hasText: /^(live|reconnecting)$/ });
    await connection.filter({ hasText: 'live' }).waitFor();
    await fleet.killServer();
    await connection.filter({ hasText: 'reconnecting' }).waitFor();
    await fleet.startServer();
    await connection.filter({ hasText: 'live' }).waitFor();
    const algorithm = { command: ['sleep', '60'] };
    await fleet.client.createTuningJob({ ...DIGITS, name: 'later', algorithm, environment: {} });
    await page.getByRole('link', { name: 'later', exact: true }).waitFor();
    await fleet.client.stopTuningJob('later');
    // A server that is away is what the browser calls an error.
    expect(browser.faults.splice(0).every((fault) => /ERR_|Failed to (fetch|load)|network error/.test(fault))).toBe(
      true,
    );
  });

  it('is usable on a phone and in the dark', async () => {
    const options = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } as const;
    for (const [address, shown] of [
      ['/tuning-jobs', 'tbody tr'],
      ['/tuning-jobs/digits', 'canvas'],
      ['/fleet', 'tbody tr'],
      ['/new', 'form'],
    ] as const) {
      const page = await signedIn(address, options);
      await page.locator(shown).first().waitFor();
      const width = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect([address, width]).toEqual([address, 390]);
      expect(await page.evaluate<string>('document.documentElement.dataset.theme')).toBe('dark');
      expect(await seriousFaults(page)).toEqual([]);
      await keepPicture(page, `phone${address.replaceAll('/', '-')}`);
    }
  });

  it(`shows ${LARGE_COUNT} training jobs with a handful of rows`, async () => {
    await insertLargeTuningJob(fleet, 'digits', LARGE_COUNT);
    const page = await signedIn('/tuning-jobs/large');
    const startMs = performance.now();
    const heading = page.getByRole('heading', { name: /^Training jobs/ });
    await page.locator('.grid-row').first().waitFor();
    const firstMs = performance.now() - startMs;
    await expect.poll(() => heading.textContent(), { timeout: 60_000 }).toBe(`Training jobs ${LARGE_COUNT}`);
    const allMs = performance.now() - startMs;
    console.log(`10,000 training jobs: first rows after ${Math.round(firstMs)} ms, all after ${Math.round(allMs)} ms`);
    const table = page.getByRole('table', { name: 'Training jobs' });
    expect(await table.getAttribute('aria-rowcount')).toBe(String(LARGE_COUNT + 1));
    expect(await table.locator('.grid-row').count()).toBeLessThan(60);
    await table.getByRole('button', { name: /^#/ }).click();
    await expect.poll(() => table.locator('.grid-row').first().textContent(), { timeout: 10_000 }).toContain('large-0');
    await table.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await table.getByText(`large-${LARGE_COUNT - 1}`, { exact: true }).waitFor();
    expect(await table.locator('.grid-row').count()).toBeLessThan(60);
    await keepPicture(page, 'large-tuning-job');
  });
});
