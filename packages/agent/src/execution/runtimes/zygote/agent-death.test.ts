import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { makeOrder, PYTHON, python, temporaryFolder } from '../../execution.fixture.js';
import { allPids, environmentOf } from '../../process-tree/proc.js';

const BUILT = fileURLToPath(new URL('../../../../dist/execution/index.js', import.meta.url));

/** An agent's executor in a process of its own, with one job that runs from a zygote. */
const AGENT = `
import { createAttemptExecutor } from ${JSON.stringify(pathToFileURL(BUILT).href)};
const [stateFolder, python, sandbox, order] = process.argv.slice(2);
const executor = createAttemptExecutor({
  stateFolder, sandbox, zygote: 'on', stores: {}, resolveBuiltin: async () => ({}), pythonInterpreter: () => python,
});
const execution = executor.start({
  key: { trainingJobId: 'job-zygote-death', fence: 1 }, order: JSON.parse(order), cpuCount: 1, gpuUuids: [],
  slotFreeAtMonotonicMs: 0, observer: { phase() {}, metrics() {}, logGrew: () => console.log(JSON.stringify(executor.zygoteStatistics())) },
});
await execution.result;`;

function processesOf(stateId: string): number[] {
  return allPids().filter((pid) => environmentOf(pid).get('FLEETUNE_AGENT')?.startsWith(`${stateId}.`));
}

test.runIf(existsSync(BUILT)).each(['bubblewrap', 'namespaces'] as const)(
  '%s: a killed agent leaves neither zygotes nor their jobs',
  async (sandbox) => {
    const folder = temporaryFolder();
    const agentFile = join(folder, 'agent.mjs');
    writeFileSync(agentFile, AGENT);
    const program = python('import os, time; print("up", flush=True); os.fork() or os.setsid(); time.sleep(600)');
    const stateFolder = join(folder, 'state');
    const args = [agentFile, stateFolder, PYTHON, sandbox, JSON.stringify(makeOrder(program))];
    const agent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface(agent.stdout), 'line');
    expect(JSON.parse(line)).toMatchObject({ forks: 1 });
    const children = allPids().filter((pid) => environmentOf(pid).get('FLEETUNE_AGENT')?.includes(`.${agent.pid}-`));
    expect(children.length).toBeGreaterThanOrEqual(3);
    const [stateId = ''] = (environmentOf(children[0] ?? 0).get('FLEETUNE_AGENT') ?? '').split('.');
    agent.kill('SIGKILL');
    await expect.poll(() => processesOf(stateId), { timeout: 5_000 }).toEqual([]);
  },
);
