import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Fleet } from './fleet/fleet.js';
import { eventually, processesWith } from './fleet/processes.js';

/** Trains in steps, writes each to its checkpoint, and waits for leave to go on after the third. */
const PROGRAM = `
import argparse, json, os, time
parser = argparse.ArgumentParser()
parser.add_argument('--leave')
leave = parser.parse_known_args()[0].leave
checkpoint = '/opt/ml/checkpoints/epochs.json'
epochs = json.load(open(checkpoint)) if os.path.exists(checkpoint) else []
print('resumed after', len(epochs), flush=True)
while len(epochs) < 6:
    if len(epochs) == 3 and not os.path.exists(leave):
        time.sleep(0.05)
        continue
    epochs.append({'epoch': len(epochs), 'pid': os.getpid()})
    with open(checkpoint + '.new', 'w') as file:
        json.dump(epochs, file)
    os.replace(checkpoint + '.new', checkpoint)
    print(f'epoch={len(epochs)};', flush=True)
json.dump(epochs, open('/opt/ml/model/epochs.json', 'w'))
print('score=1;', flush=True)
`;

let fleet: Fleet | undefined;

afterEach(async ({ task }) => {
  await fleet?.stop(task.result?.state === 'fail');
});

it('an attempt whose agent stayed away is made again and goes on from the newest checkpoint', async () => {
  fleet = new Fleet('postgres', 1, { FLEETUNE_CHECKPOINT_SECONDS: '0.1' });
  const one = fleet;
  await one.start();
  const source = join(one.folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'train.py'), PROGRAM);
  const leave = join(one.folder, 'leave');
  const checkpoints = join(one.folder, 'checkpoints');

  const { name } = await one.client.createTrainingJob({
    name: 'resumed',
    algorithm: { script: 'train.py', source: `file://${source}` },
    hyperparameters: { leave },
    checkpoints: `file://${checkpoints}`,
    instance: { type: 'ml.m5.large' },
  });
  const stored = join(checkpoints, 'epochs.json');
  await eventually('three epochs are stored', () =>
    existsSync(stored) && JSON.parse(readFileSync(stored, 'utf8')).length === 3 ? true : undefined,
  );
  await one.killAgent();
  // Its program would be taken over within the lease.
  await eventually('the lease ends, and the program', () => (processesWith(leave).length === 0 ? true : undefined));
  writeFileSync(leave, '');
  await one.startAgent();
  const job = await eventually('the training job ends', async () => {
    const now = await one.client.trainingJob(name);
    return now.status === 'InProgress' ? undefined : now;
  });

  expect(job.status).toBe('Completed');
  const epochs = JSON.parse(readFileSync(stored, 'utf8')) as { epoch: number; pid: number }[];
  expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2, 3, 4, 5]);
  const attempts = await one.query<{ fence: number; kind: string }>(
    "SELECT fence, outcome->>'kind' AS kind FROM attempts ORDER BY fence",
  );
  expect(attempts.map(({ kind }) => kind)).toEqual([expect.stringMatching(/^(Lost|Interrupted)$/), 'Succeeded']);
});
