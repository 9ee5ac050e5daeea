import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestEngine, whyNoEngine } from '@fleetune/agent/fixture';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment, PATIENT_LEASES, preparedProgram } from './clients/environment.js';
import { pythonModules } from './clients/python-tests.js';
import { Fleet } from './fleet/fleet.js';
import { eventually, processesWith, startFleetune, stopGently } from './fleet/processes.js';

const IMAGE = 'localhost/fleetune/trainer:1';
const MEMORY_MIB = 96;
const MODULES = pythonModules(fileURLToPath(new URL('./containers', import.meta.url)));
const PROGRAM = fileURLToPath(new URL('./containers/train.sh', import.meta.url));

const reason = whyNoEngine('podman');
if (reason !== undefined) process.stderr.write(`Containers are not tested: ${reason}.\n`);

describe.skipIf(reason !== undefined)('training jobs in containers of their images', () => {
  const engine = new TestEngine('podman');
  const fleet = new Fleet('postgres', 2, {
    ...PATIENT_LEASES,
    FLEETUNE_CONTAINER_ENGINE: engine.address,
    FLEETUNE_CONTAINER_NETWORK: 'host',
  });

  beforeAll(async () => {
    await engine.start();
    await engine.build(IMAGE, { files: { '/usr/bin/train': readFileSync(PROGRAM, 'utf8') }, settings: SETTINGS });
    fleet.offer = ['--classes', classFile(fleet)];
    await fleet.start();
    const env = { ...awsEnvironment(fleet.endpoint), IMAGE };
    for (const module of MODULES) module.start({ python: preparedProgram('FLEETUNE_TEST_PYTHON'), env });
  });
  afterAll(async () => {
    await fleet.stop();
    await engine.remove();
  });

  for (const module of MODULES) describe(module.title, () => module.declare());

  it('leave no container behind', async () => {
    await eventually('the containers are gone', async () =>
      (await engine.containers()).length === 0 ? true : undefined,
    );
  });

  it('end with an agent that is killed, and its successor removes what is left of them', async () => {
    const marker = `orphan-${process.pid}`;
    await fleet.client.createTrainingJob({
      name: 'orphan',
      algorithm: {
        image: IMAGE,
        entrypoint: ['/bin/sh', '-c'],
        arguments: [`: ${marker}; while true; do sleep 0.1; done`],
      },
      instance: { type: 'ml.m5.large' },
    });
    const programs = () => processesWith(`: ${marker}`).filter((pid) => isInContainer(pid));
    await eventually('the program runs', async () =>
      (await fleet.client.trainingJob('orphan')).secondaryStatus === 'Training' ? true : undefined,
    );
    expect(programs()).not.toEqual([]);
    await fleet.killAgent();
    await eventually('the program has ended', () => (programs().length === 0 ? true : undefined), 10_000);
    expect(await engine.containers()).toHaveLength(1);
    await fleet.client.stopTrainingJob('orphan');
    await fleet.startAgent();
    await eventually('its container is gone', async () =>
      (await engine.containers()).length === 0 ? true : undefined,
    );
  });

  it('of ordinary users read what an agent elsewhere fetches, shows and feeds to them', async () => {
    await engine.build(`${IMAGE}-user`, { settings: ['USER trainer'] });
    const bucket = join(fleet.folder, 'data', 's3', 'numbers', 'train');
    mkdirSync(bucket, { recursive: true });
    writeFileSync(join(bucket, 'a.csv'), '1,2,3\n');
    await stopGently(fleet.agent as ChildProcess);
    fleet.agent = remoteAgent(fleet, engine.address);
    const uri = 's3://numbers/train';
    await fleet.client.createTrainingJob({
      name: 'reader',
      algorithm: { image: `${IMAGE}-user`, entrypoint: ['sh'], arguments: ['-c', READ_ALL] },
      channels: { files: uri, fast: { uri, inputMode: 'FastFile' }, pipe: { uri, inputMode: 'Pipe' } },
      output: 's3://numbers/output',
      instance: { type: 'ml.m5.large' },
    });
    const job = await eventually('the job ends', async () => {
      const now = await fleet.client.trainingJob('reader');
      return now.status === 'InProgress' ? undefined : now;
    });
    expect([job.status, job.failureReason]).toEqual(['Completed', undefined]);
    const { chunks } = await fleet.client.trainingJobLog('reader');
    const printed = Buffer.concat(chunks.map(({ data }) => data)).toString('utf8');
    expect(printed.split('\n').filter((line) => !line.startsWith('fleetune: '))).toEqual([
      ...Array(3).fill('1,2,3'),
      '',
    ]);
  });
});

const READ_ALL = 'cd /opt/ml/input/data && cat files/a.csv fast/a.csv pipe_0 && echo w > /opt/ml/model/weights';

/** On a machine of its own, but for the engine: another data folder, and the server's objects by S3. */
function remoteAgent(fleet: Fleet, address: string): ChildProcess {
  const { accessKeyId, grpcUrl, secretAccessKey, url } = fleet.endpoint;
  const { joinToken } = JSON.parse(readFileSync(join(fleet.folder, 'data/credentials.json'), 'utf8'));
  const environment = {
    FLEETUNE_DATA: join(fleet.folder, 'elsewhere'),
    FLEETUNE_JOIN_TOKEN: joinToken,
    FLEETUNE_S3_ENDPOINT: url,
    FLEETUNE_S3_ACCESS_KEY_ID: accessKeyId,
    FLEETUNE_S3_SECRET_ACCESS_KEY: secretAccessKey,
    FLEETUNE_CONTAINER_NETWORK: 'host',
  };
  const args = ['agent', '--join', grpcUrl, '--name', 'elsewhere', ...fleet.offer, '--container-engine', address];
  return startFleetune(args, environment, join(fleet.folder, 'elsewhere.log'));
}

const SETTINGS = ['ENV PATH=/usr/bin:/bin', 'ENTRYPOINT ["train"]'];

function classFile(fleet: Fleet): string {
  const path = join(fleet.folder, 'classes.json');
  writeFileSync(path, JSON.stringify({ classes: [{ name: 'ml.m5.large', cpus: 0.5, memoryMib: MEMORY_MIB }] }));
  return path;
}

/** Not what looks after it out here. */
function isInContainer(pid: number): boolean {
  try {
    return /^NSpid:\s+\d+\s+\d+/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
