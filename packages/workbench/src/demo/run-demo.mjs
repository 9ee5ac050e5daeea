import { CACHE } from '../paths.mjs';
import { say } from '../run.mjs';
import { demoResult } from './demo-result.mjs';
import { startFleet } from './fleet.mjs';
import { fleetune, fleetuneJson } from './fleetune.mjs';

/** Runs one tuning job on a fleet of its own and returns what the demo's last line says. */
export async function runDemo(tuningFile, { jobs, parallel, seed }) {
  say(`Starting a server and an agent with ${parallel} slot${parallel === '1' ? '' : 's'} ...`);
  const fleet = await startFleet(`${CACHE}demo`, parallel);
  let succeeded = false;
  try {
    say(`Tuning XGBoost on handwritten digits: ${jobs} training jobs, ${parallel} at a time, seed ${seed}.`);
    const data = ['--data', fleet.dataDirectory];
    const limits = ['--jobs', jobs, '--parallel', parallel, '--seed', seed];
    const { document: tuned } = await fleetuneJson(['tune', tuningFile, ...limits, ...data]);
    if (tuned?.name === undefined) throw new Error('The tuning job did not start; the lines above say why.');
    say('\nThe best five:');
    await fleetune(['show', tuned.name, '--top', '5', ...data]);
    say('');
    await fleetune(['plot', tuned.name, ...data]);
    const { document: shown } = await fleetuneJson(['show', tuned.name, ...data]);
    const result = demoResult(shown);
    succeeded = result.status === 'Completed';
    return result;
  } finally {
    say('\nStopping ...');
    await fleet.stop({ keep: !succeeded });
  }
}
