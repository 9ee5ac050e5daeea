import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CreateTuningJobBody } from '@fleetune/api/contract';
import type { Fleet } from './fleet.js';
import { eventually } from './processes.js';

const PROGRAM = `
import argparse, math, time
parser = argparse.ArgumentParser()
parser.add_argument('--rate', type=float, default=0.1)
parser.add_argument('--depth', type=int, default=3)
parser.add_argument('--optimizer', default='adam')
parser.add_argument('--pause', type=float, default=0)
given, _ = parser.parse_known_args()
print('training with', vars(given), flush=True)
if given.depth == 5:
    raise SystemExit('depth 5 does not work, says the program')
for step in range(20):
    accuracy = (1 - (math.log10(given.rate) + 2) ** 2 / 20) * (1 - math.exp(-step / 4))
    print(f'step={step} accuracy={accuracy:.5f} loss={1.01 - accuracy:.5f}', flush=True)
    time.sleep(given.pause)
`;

/** What the finished tuning job is made from, without its algorithm. */
export const DIGITS: Omit<CreateTuningJobBody, 'algorithm'> = {
  name: 'digits',
  strategy: 'Sobol',
  seed: 1,
  objective: { metric: 'accuracy', type: 'Maximize' },
  metrics: { accuracy: 'accuracy=(\\S+)', loss: 'loss=(\\S+)' },
  limits: { maxTrainingJobs: 16, maxParallelTrainingJobs: 2 },
  ranges: {
    rate: { min: 0.0001, max: 1, scaling: 'Logarithmic' },
    depth: { min: 2, max: 9, type: 'integer' },
    optimizer: { values: ['adam', 'sgd'] },
  },
  instance: { type: 'ml.m5.large' },
  environment: { SECRET: 'hush' },
  tags: { team: 'vision' },
};

/**
 * Tuning jobs for the console to show: `digits`, finished, with failures; `folded`, finished, cross-validated, with `digits`
 * as its parent; `slow`, which goes on.
 */
export async function createConsoleJobs(fleet: Fleet): Promise<void> {
  const source = join(fleet.folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'train.py'), PROGRAM);
  const algorithm = { script: 'train.py', source: pathToFileURL(source).href };
  await fleet.client.createTuningJob({ ...DIGITS, algorithm });
  await eventually(
    'a tuning job is finished',
    async () => ((await fleet.client.tuningJob('digits')).status === 'Completed' ? true : undefined),
    150_000,
  );
  await fleet.client.createTuningJob({
    ...{ ...DIGITS, algorithm },
    name: 'folded',
    strategy: 'Bayesian',
    limits: { maxTrainingJobs: 2, maxParallelTrainingJobs: 2 },
    crossValidation: { folds: 2 },
    warmStart: { type: 'IdenticalDataAndAlgorithm', parents: ['digits'] },
    tags: {},
  });
  await eventually(
    'a cross-validated tuning job is finished',
    async () => ((await fleet.client.tuningJob('folded')).status === 'Completed' ? true : undefined),
    60_000,
  );
  await fleet.client.createTuningJob({
    ...{ ...DIGITS, algorithm },
    name: 'slow',
    hyperparameters: { pause: 2 },
    limits: { maxTrainingJobs: 100, maxParallelTrainingJobs: 2 },
    tags: {},
  });
}
