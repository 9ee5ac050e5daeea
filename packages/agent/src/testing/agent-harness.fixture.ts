import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { startAgent } from '../agent.js';
import type { AgentConfig, AgentDependencies } from '../agent-config.js';
import type { RunningAgent } from '../running-agent.js';
import type { MemoryExecutor } from './executor.fixture.js';
import { type GatewayBehaviour, GatewayFixture } from './gateway.fixture.js';
import { MemorySource } from './source.fixture.js';

/** What a test of a whole agent needs: a state directory, a real gateway, and queues in memory. */
export class AgentHarness {
  readonly stateDirectory: string;
  readonly source = new MemorySource();
  gateway: GatewayFixture;
  readonly #agents: RunningAgent[] = [];

  static async open(): Promise<AgentHarness> {
    const stateDirectory = await mkdtemp(join(tmpdir(), 'fleetune-agent-'));
    return new AgentHarness(stateDirectory, await GatewayFixture.start({ demand: ['ml.test'] }));
  }

  private constructor(stateDirectory: string, gateway: GatewayFixture) {
    this.stateDirectory = stateDirectory;
    this.gateway = gateway;
  }

  /**
   * Starts an agent with 2 slots for any class, without GPUs, that reconnects as fast as it may. An empty join token
   * means none.
   */
  async start(
    executor: MemoryExecutor,
    overrides: Partial<AgentConfig> = {},
    dependencies: AgentDependencies = {},
  ): Promise<RunningAgent> {
    const { joinToken = 'token', ...rest } = overrides;
    const agent = await startAgent(
      {
        serverUrl: this.gateway.url,
        ...(joinToken === '' ? {} : { joinToken }),
        name: 'bench',
        stateDirectory: this.stateDirectory,
        offer: { kind: 'any', slots: 2 },
        executor,
        openSource: () => this.source,
        log: pino({ level: 'silent' }),
        version: '0.0.0-test',
        ...rest,
      },
      { random: () => 0, nvidiaSmi: 'no-such-nvidia-smi', ...dependencies },
    );
    this.#agents.push(agent);
    return agent;
  }

  /** Puts another gateway in the place of one that crashed: same address, and it knows the same agents. */
  async restartGateway(behaviour: Partial<GatewayBehaviour> = {}): Promise<GatewayFixture> {
    const { port, credentials } = this.gateway.behaviour;
    this.gateway = await GatewayFixture.start({ port, credentials, demand: ['ml.test'], ...behaviour });
    return this.gateway;
  }

  async close(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.kill()));
    await this.gateway.crash();
    await rm(this.stateDirectory, { recursive: true, force: true });
  }
}
