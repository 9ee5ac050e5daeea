import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment, PATIENT_LEASES, preparedProgram } from './clients/environment.js';
import { type PythonModule, pythonModules } from './clients/python-tests.js';
import { type Recorder, startRecorder } from './clients/recorder.js';
import { Fleet } from './fleet/fleet.js';

const MODULES = pythonModules(fileURLToPath(new URL('./clients/with_boto3', import.meta.url)));
/** Modules that need a fleet with little room. */
const FALLBACKS = 'test_instance_fallbacks';
const WARM_POOLS = 'test_warm_pools';

describe('boto3', () => {
  const fleet = new Fleet('postgres', 4, { ...PATIENT_LEASES, FLEETUNE_MAX_TRAINING_JOBS_PER_TUNING_JOB: '750' });
  let recorder: Recorder;

  beforeAll(async () => {
    await fleet.start();
    recorder = await startRecorder(fleet.endpoint.url);
    // All at the same time: trainings that wait cost nothing.
    for (const module of modules) start(module, fleet, recorder.url);
  });
  afterAll(async () => {
    recorder?.stop();
    await fleet.stop();
  });

  const modules = MODULES.filter(({ name }) => name !== FALLBACKS && name !== WARM_POOLS);
  for (const module of modules) describe(module.title, () => module.declare());

  it('was served what the compatibility page says', async () => {
    await expect(recorder.page).toMatchFileSnapshot('./clients/records/boto3.json');
  });
});

describe('boto3, on a fleet with little room', () => {
  const fleet = new Fleet('postgres', 1, PATIENT_LEASES);

  beforeAll(async () => {
    const classes = join(fleet.folder, 'classes.json');
    const cpus = availableParallelism();
    const offered = [
      { name: 'ml.m4.xlarge', cpus: cpus * 0.6, memoryMib: 64 },
      { name: 'ml.m5.4xlarge', cpus: cpus * 0.3, memoryMib: 64 },
    ];
    writeFileSync(classes, JSON.stringify({ classes: offered }));
    fleet.offer = ['--classes', classes];
    await fleet.start();
    for (const module of modules) start(module, fleet, fleet.endpoint.url);
  });
  afterAll(() => fleet.stop());

  const modules = MODULES.filter(({ name }) => name === FALLBACKS);
  for (const module of modules) describe(module.title, () => module.declare());
});

describe('boto3, on a fleet with one slot', () => {
  const fleet = new Fleet('postgres', 1, PATIENT_LEASES);

  beforeAll(async () => {
    await fleet.start();
    const { accessKeyId, secretAccessKey } = await fleet.client.createAccessKey({ tenant: 'other' });
    const other = { OTHER_ACCESS_KEY_ID: accessKeyId, OTHER_SECRET_ACCESS_KEY: secretAccessKey };
    for (const module of modules) start(module, fleet, fleet.endpoint.url, other);
  });
  afterAll(() => fleet.stop());

  const modules = MODULES.filter(({ name }) => name === WARM_POOLS);
  for (const module of modules) describe(module.title, () => module.declare());
});

function start(module: PythonModule, fleet: Fleet, url: string, more: Readonly<Record<string, string>> = {}): void {
  const python = preparedProgram('FLEETUNE_TEST_PYTHON');
  module.start({ python, env: { ...awsEnvironment({ ...fleet.endpoint, url }), ...more } });
}
