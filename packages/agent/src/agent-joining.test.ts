import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentRejectedError } from './gateway/gateway-link.js';
import { JoinRefusedError, JoinTokenMissingError } from './identity/join-fleet.js';
import { StateDirectoryInUseError } from './identity/state-directory-lock.js';
import { AgentHarness } from './testing/agent-harness.fixture.js';
import { MemoryExecutor } from './testing/executor.fixture.js';
import type { GatewayFixture } from './testing/gateway.fixture.js';

let harness: AgentHarness;
let gateway: GatewayFixture;

beforeEach(async () => {
  harness = await AgentHarness.open();
  gateway = harness.gateway;
});

afterEach(async () => {
  await harness.close();
});

describe('joining', () => {
  it('exchanges the join token once and keeps the identity to itself', async () => {
    const first = await harness.start(new MemoryExecutor());
    await first.stop();
    expect(gateway.behaviour.joinTokens.size).toBe(0);
    const path = join(harness.stateDirectory, 'identity.json');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ agentId: first.id });

    const second = await harness.start(new MemoryExecutor());
    await second.whenReady();
    expect(second.id).toBe(first.id);
    expect(gateway.hellos[1]?.agentEpoch).not.toBe(gateway.hellos[0]?.agentEpoch);
  });

  it('says what the machine has and what it offers', async () => {
    await (await harness.start(new MemoryExecutor())).whenReady();
    expect(gateway.hellos[0]).toMatchObject({
      agentVersion: '0.0.0-test',
      offeredClasses: [{ name: '*', slots: 2 }],
      inventory: { sandbox: 'none', gpus: [] },
    });
    expect(gateway.hellos[0]?.inventory?.cpuMilli).toBeGreaterThan(0);
    expect(gateway.hellos[0]?.inventory?.memoryMib).toBeGreaterThan(0n);
  });

  it('refuses to start without a token, with a wrong one, or on a directory in use', async () => {
    await expect(harness.start(new MemoryExecutor(), { joinToken: 'wrong' })).rejects.toThrow(JoinRefusedError);
    await expect(harness.start(new MemoryExecutor(), { joinToken: '' })).rejects.toThrow(JoinTokenMissingError);
    await harness.start(new MemoryExecutor());
    await expect(harness.start(new MemoryExecutor())).rejects.toThrow(StateDirectoryInUseError);
  });

  it('joins again with a new token when the server has forgotten it', async () => {
    const first = await harness.start(new MemoryExecutor());
    await first.stop();
    gateway.behaviour.credentials.clear();
    gateway.behaviour.joinTokens.add('new token');
    const second = await harness.start(new MemoryExecutor(), { joinToken: 'new token' });
    await second.whenReady();
    expect(gateway.behaviour.credentials.has(second.id)).toBe(true);
  });

  it('is over when the server rejects it', async () => {
    const agent = await harness.start(new MemoryExecutor());
    await agent.whenReady();
    gateway.behaviour.credentials.clear();
    await gateway.crash();
    gateway = await harness.restartGateway({ credentials: new Map() });
    await expect(agent.closed).rejects.toThrow(AgentRejectedError);
    expect(agent.state).toBe('Stopped');
  });
});
