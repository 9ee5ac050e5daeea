import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@fleetune/api/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childrenOf, eventually, processesWith, startFleetune, stopGently } from './fleet/processes.js';

describe('fleetune up', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetune-up-'));
  const data = join(folder, 'data');
  let up: ChildProcess;

  beforeAll(async () => {
    const env = { FLEETUNE_HTTP_PORT: '0', FLEETUNE_GRPC_PORT: '0' };
    up = startFleetune(['up', '--data', data, '--slots', '1'], env, join(folder, 'up.log'));
    await eventually('it is up', readyAgents);
  });
  afterAll(async () => {
    await stopGently(up);
    rmSync(folder, { recursive: true, force: true });
  });

  async function readyAgents(): Promise<true | undefined> {
    try {
      const endpoint = JSON.parse(readFileSync(join(data, 'endpoint.json'), 'utf8'));
      const agents = await createClient(endpoint).listAgents();
      return agents.some((agent) => agent.state === 'Ready') ? true : undefined;
    } catch {
      return undefined;
    }
  }

  function agentProcess(): number | undefined {
    return childrenOf(up.pid).find((pid) => processesWith('--name local').includes(pid));
  }

  it('keeps server and agent at rest under 250 MiB', async () => {
    const kib = [up.pid, agentProcess()].map((pid) =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]),
    );
    expect(kib.reduce((sum, one) => sum + one, 0) / 1024).toBeLessThan(250);
  });

  it('brings its agent back when it is killed, under the same name', async () => {
    const killed = agentProcess();
    if (killed === undefined) throw new Error('there is no agent');
    process.kill(killed, 'SIGKILL');
    const back = await eventually('another agent process runs', () => {
      const now = agentProcess();
      return now !== undefined && now !== killed ? now : undefined;
    });
    expect(back).not.toBe(killed);
    await eventually('it is ready', readyAgents);
  });

  it('leaves nothing running when it is stopped', async () => {
    await stopGently(up);
    expect(up.exitCode).toBe(0);
    expect(processesWith(folder)).toEqual([]);
  });
});
