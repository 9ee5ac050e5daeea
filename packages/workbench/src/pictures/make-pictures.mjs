import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '../chromium.mjs';
import { startFleet } from '../demo/fleet.mjs';
import { fleetuneJson } from '../demo/fleetune.mjs';
import { CACHE, ROOT } from '../paths.mjs';
import { pictureConsole } from './picture-console.mjs';

const PICTURES = `${ROOT}docs/pictures/`;

/**
 * Runs the article's tuning job and pictures what the console shows of it.
 *
 * @returns {Promise<{ tuningJob: string, best: number, pictures: string[] }>}
 */
export async function makePictures(tuningFile, jobs) {
  const fleet = await startFleet(`${CACHE}pictures`, '3');
  try {
    const data = ['--data', fleet.dataDirectory];
    const { document: tuned } = await fleetuneJson(['tune', tuningFile, '--jobs', jobs, '--seed', '1', ...data]);
    if (tuned?.status !== 'Completed') throw new Error('The tuning job did not complete; the lines above say why.');
    const endpoint = JSON.parse(readFileSync(join(fleet.dataDirectory, 'endpoint.json'), 'utf8'));
    mkdirSync(PICTURES, { recursive: true });
    const browser = await launchChromium();
    try {
      const pictures = await pictureConsole(browser, endpoint, tuned, PICTURES);
      return { tuningJob: tuned.name, best: tuned.bestTrainingJob.tuning.objectiveValue, pictures };
    } finally {
      await browser.close();
    }
  } finally {
    await fleet.stop({ keep: false });
  }
}
