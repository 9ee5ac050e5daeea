import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment, PATIENT_LEASES, preparedProgram } from './clients/environment.js';
import { pythonModules } from './clients/python-tests.js';
import { Fleet } from './fleet/fleet.js';
import { CLI, eventually, startFleetune, stopGently } from './fleet/processes.js';

const SETTINGS = { ...PATIENT_LEASES, FLEETUNE_CHECKPOINT_SECONDS: '0.2' };
const MODULES = pythonModules(fileURLToPath(new URL('./clients/with_spot', import.meta.url)));
const PROGRAM = fileURLToPath(new URL('./clients/training/resumable.py', import.meta.url));

describe('managed spot training', () => {
  const fleet = new Fleet('postgres', 1, SETTINGS);
  const agents: ChildProcess[] = [];

  beforeAll(async () => {
    fleet.offer = [...classFile(fleet, 'ml.m5.large'), '--spot', '--name', 'uninterrupted'];
    await fleet.start();
    agents.push(startSpotAgent(fleet, 'once', 'ml.m5.xlarge'), startSpotAgent(fleet, 'twice', 'ml.m5.2xlarge'));
    await ready(fleet, 'once', 'twice');
    const env = {
      ...awsEnvironment(fleet.endpoint),
      FLEETUNE: JSON.stringify([process.execPath, CLI]),
      FLEETUNE_URL: fleet.endpoint.url,
      FLEETUNE_TOKEN: fleet.endpoint.token,
    };
    for (const module of MODULES) module.start({ python: preparedProgram('FLEETUNE_TEST_PYTHON'), env });
  });
  afterAll(async () => {
    for (const agent of agents) await stopGently(agent);
    await fleet.stop();
  });

  for (const module of MODULES) describe(module.title, () => module.declare());
});

describe('a machine that its cloud takes away', () => {
  const fleet = new Fleet('postgres', 1, SETTINGS);
  let takenAt: Date | undefined;
  const metadata = createServer((request, response) => {
    if (request.method === 'PUT') return response.end('token');
    if (takenAt === undefined) return response.writeHead(404).end();
    return response.end(JSON.stringify({ action: 'terminate', time: takenAt.toISOString() }));
  });
  let agent: ChildProcess;
  let replacement: ChildProcess | undefined;

  beforeAll(async () => {
    await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
    fleet.offer = classFile(fleet, 'ml.m5.large');
    await fleet.start();
    const baseUrl = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}`;
    const options = ['--spot-notices', 'ec2'];
    agent = startSpotAgent(fleet, 'taken', 'ml.m5.xlarge', options, { FLEETUNE_SPOT_METADATA_URL: baseUrl });
    await ready(fleet, 'taken');
  });
  afterAll(async () => {
    metadata.close();
    await stopGently(agent);
    if (replacement !== undefined) await stopGently(replacement);
    await fleet.stop();
  });

  it('ends what runs there, and another one goes on from the last checkpoint', async () => {
    const source = join(fleet.folder, 'source');
    const checkpoints = join(fleet.folder, 'checkpoints');
    mkdirSync(source);
    writeFileSync(join(source, 'train.py'), readFileSync(PROGRAM));
    const { name } = await fleet.client.createTrainingJob({
      name: 'moved',
      algorithm: { script: 'train.py', source: `file://${source}` },
      hyperparameters: { hold: 12, step_seconds: 0.01 },
      checkpoints: `file://${checkpoints}`,
      instance: { type: 'ml.m5.xlarge' },
      spot: true,
      stopping: { maxRuntimeSeconds: 600, maxWaitSeconds: 600 },
    });
    const saved = join(checkpoints, 'step');
    await eventually('ten steps are saved', () =>
      existsSync(saved) && readFileSync(saved, 'utf8') === '10' ? true : undefined,
    );
    takenAt = new Date(Date.now() + 120_000);
    const interrupted = await eventually('the notice is heeded', async () => {
      const now = await fleet.client.trainingJob(name);
      return now.secondaryStatus === 'Interrupted' ? now : undefined;
    });
    expect(interrupted.status).toBe('InProgress');
    expect(interrupted.transitions.at(-1)?.statusMessage).toMatch(/^Amazon EC2 takes the spot machine away/);
    expect((await fleet.client.listAgents()).find((each) => each.name === 'taken')?.state).toBe('Draining');
    await stopGently(agent);
    expect(agent.exitCode).toBe(0);

    replacement = startSpotAgent(fleet, 'replacement', 'ml.m5.xlarge');
    const job = await eventually('the training job ends', async () => {
      const now = await fleet.client.trainingJob(name);
      return now.status === 'InProgress' ? undefined : now;
    });
    expect(job).toMatchObject({ status: 'Completed', attemptCount: 2, instanceType: 'ml.m5.xlarge' });
    const { chunks } = await fleet.client.trainingJobLog(name);
    expect(Buffer.concat(chunks.map(({ data }) => data)).toString()).toContain('resumed after 10 steps');
    const attempts = await fleet.query("SELECT instance_class, outcome->>'kind' AS kind FROM attempts ORDER BY fence");
    expect(attempts).toEqual([
      { instance_class: 'ml.m5.xlarge:spot', kind: 'Interrupted' },
      { instance_class: 'ml.m5.xlarge:spot', kind: 'Succeeded' },
    ]);
  });
});

/** Options of an agent that offers one instance type. */
function classFile(fleet: Fleet, instanceType: string): string[] {
  const path = join(fleet.folder, `${instanceType}.json`);
  writeFileSync(path, JSON.stringify({ classes: [{ name: instanceType, cpus: 0.2, memoryMib: 64 }] }));
  return ['--classes', path];
}

function startSpotAgent(
  fleet: Fleet,
  name: string,
  instanceType: string,
  options: readonly string[] = [],
  env: Record<string, string> = {},
): ChildProcess {
  const { joinToken } = JSON.parse(readFileSync(join(fleet.folder, 'data', 'credentials.json'), 'utf8'));
  const offer = [...classFile(fleet, instanceType), '--spot', ...options];
  return startFleetune(
    ['agent', '--join', fleet.endpoint.grpcUrl, '--name', name, ...offer],
    { ...SETTINGS, FLEETUNE_DATA: join(fleet.folder, 'data'), FLEETUNE_JOIN_TOKEN: joinToken, ...env },
    join(fleet.folder, `${name}.log`),
  );
}

async function ready(fleet: Fleet, ...names: string[]): Promise<void> {
  await eventually(`${names.join(' and ')} are connected`, async () => {
    const agents = await fleet.client.listAgents();
    return names.every((name) => agents.some((each) => each.name === name && each.state === 'Ready')) || undefined;
  });
}
