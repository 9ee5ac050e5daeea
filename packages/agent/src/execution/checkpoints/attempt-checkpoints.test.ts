import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { makeExecutor, makeOrder, python, runAttempt, startAttempt, temporaryFolder } from '../execution.fixture.js';

/** Counts on from the checkpoint, one step and one line at a time. */
const COUNTER = `
import os, sys, time
state = os.environ['SM_CHECKPOINT_DIR'] + '/state' if 'SM_CHECKPOINT_DIR' in os.environ else '/opt/ml/checkpoints/state'
step = int(open(state).read()) if os.path.exists(state) else 0
print('from', step, flush=True)
last = int(os.environ['LAST_STEP'])
while step < last:
    step += 1
    open(state + '.new', 'w').write(str(step))
    os.replace(state + '.new', state)
    print('step', step, flush=True)
while os.environ.get('LINGER'):
    time.sleep(0.05)
`;

function counting(checkpointUri: string, environment: Record<string, string>) {
  return makeOrder(python(COUNTER), { checkpointUri, environment });
}

describe.each(['bubblewrap', 'none'] as const)('checkpoints in sandbox %s', (sandbox) => {
  test('go on from attempt to attempt', async () => {
    const stored = temporaryFolder();
    const uri = pathToFileURL(stored).href;
    const executor = makeExecutor({ sandbox });
    const first = await runAttempt(executor, counting(uri, { LAST_STEP: '3' }));
    expect(first.log).toBe('from 0\nstep 1\nstep 2\nstep 3\n');
    expect(readFileSync(join(stored, 'state'), 'utf8')).toBe('3');
    const second = await runAttempt(executor, counting(uri, { LAST_STEP: '4' }));
    expect(second.log).toMatch(/^fleetune: Restored checkpoint 1 of attempt \d+: 1 files\.\nfrom 3\nstep 4\n$/);
  });
});

test('are stored while the program runs, so that a killed attempt loses none of them', async () => {
  const stored = temporaryFolder();
  const uri = pathToFileURL(stored).href;
  const executor = makeExecutor({ checkpointEveryMs: 20 });
  const killed = startAttempt(executor, counting(uri, { LAST_STEP: '3', LINGER: '1' }));
  await killed.printed('step 3');
  await expect.poll(() => readFileSync(join(stored, 'state'), 'utf8')).toBe('3');
  await killed.execution.kill();
  const { log } = await runAttempt(executor, counting(uri, { LAST_STEP: '4' }));
  expect(log).toContain('from 3\nstep 4\n');
});

test('are stored when the program is stopped', async () => {
  const stored = temporaryFolder();
  const uri = pathToFileURL(stored).href;
  const stopped = startAttempt(makeExecutor(), counting(uri, { LAST_STEP: '2', LINGER: '1' }));
  await stopped.printed('step 2');
  stopped.execution.stop('UserRequested');
  expect((await stopped.execution.result).outcome).toMatchObject({ kind: 'Stopped' });
  expect(readFileSync(join(stored, 'state'), 'utf8')).toBe('2');
});

test('begin with what somebody put there, and the program is told where they go', async () => {
  const stored = temporaryFolder();
  mkdirSync(join(stored, 'pretrained'));
  writeFileSync(join(stored, 'pretrained/model'), 'weights');
  const program = `
print(open('/opt/ml/checkpoints/pretrained/model').read())
print(open('/opt/ml/input/config/checkpointconfig.json').read())`;
  const checkpointUri = pathToFileURL(stored).href;
  const { log } = await runAttempt(makeExecutor(), makeOrder(python(program), { checkpointUri }));
  const [note, model, config = ''] = log.split('\n');
  expect(note).toContain('Restored 1 files from');
  expect(model).toBe('weights');
  expect(JSON.parse(config)).toEqual({ S3Uri: checkpointUri, LocalPath: '/opt/ml/checkpoints' });
});

test('of the training jobs of a tuning job lie apart', async () => {
  const stored = temporaryFolder();
  const program = "open('/opt/ml/checkpoints/state', 'w').write('mine'); print('loss=1')";
  const metricDefinitions = [
    { $typeName: 'fleetune.agent.v1.MetricDefinition', name: 'loss', regex: 'loss=(.)' },
  ] as const;
  const order = makeOrder(python(program), {
    checkpointUri: pathToFileURL(stored).href,
    objectiveMetricName: 'loss',
    metricDefinitions: [...metricDefinitions],
  });
  await runAttempt(makeExecutor(), order);
  expect(readFileSync(join(stored, 'digits-001/state'), 'utf8')).toBe('mine');
});

test('that cannot be stored are spoken of in the log, and change no result', async () => {
  const stored = temporaryFolder();
  writeFileSync(join(stored, 'file'), '');
  const checkpointUri = `${pathToFileURL(stored).href}/file/below`;
  const program = "open('/opt/ml/checkpoints/state', 'w').write('mine')";
  const { log, result } = await runAttempt(makeExecutor(), makeOrder(python(program), { checkpointUri }));
  expect(result.outcome).toEqual({ kind: 'Succeeded' });
  expect(log).toContain('fleetune: Checkpoints could not be stored: Could not write');
});

test('of a program whose machine is taken away are stored in the time that is left, and no model with them', async () => {
  const stored = temporaryFolder();
  const order = counting(pathToFileURL(stored).href, { LAST_STEP: '2', LINGER: '1' });
  const models = temporaryFolder();
  const interrupted = startAttempt(makeExecutor(), { ...order, outputUri: pathToFileURL(models).href });
  await interrupted.printed('step 2');
  interrupted.execution.stop('AgentStopping', { saveMs: 1_000, endMs: 20_000 });
  const result = await interrupted.execution.result;
  expect(result.outcome).toEqual({ kind: 'Stopped', stopReason: 'AgentStopping' });
  expect(readFileSync(join(stored, 'state'), 'utf8')).toBe('2');
  expect(result.modelArtifactUri).toBeUndefined();
  expect(interrupted.observer.phases).not.toContain('Uploading');
});

test('are kept of a program that will not end, which is killed while there is time to store them', async () => {
  const stored = temporaryFolder();
  const deaf = `import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n${COUNTER}`;
  const order = counting(pathToFileURL(stored).href, { LAST_STEP: '2', LINGER: '1' });
  const stubborn = startAttempt(makeExecutor(), { ...order, algorithm: makeOrder(python(deaf)).algorithm });
  await stubborn.printed('step 2');
  const startedAt = performance.now();
  stubborn.execution.stop('AgentStopping', { saveMs: 200, endMs: 20_000 });
  await stubborn.execution.result;
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(readFileSync(join(stored, 'state'), 'utf8')).toBe('2');
});
