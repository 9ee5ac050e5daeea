import type { ChannelCache } from '@fleetune/artifacts';
import type { ExecutorSettings } from '../executor-options.js';
import type { MetricCompiler } from '../log/compiled-metrics.js';
import type { AgentIdentity } from '../process-tree/attempt-tag.js';
import type { Sandbox } from '../sandbox/sandbox.js';
import type { LeaseFile } from '../supervision/lease-file.js';
import type { ContainerRuntime } from './container/container-runtime.js';
import type { OutputPipes } from './output-pipes.js';
import type { ZygotePool } from './zygote/zygote-pool.js';

/** What all attempts of an executor share. */
export interface AttemptContext {
  readonly settings: ExecutorSettings;
  readonly sandbox: Sandbox;
  readonly agent: AgentIdentity;
  readonly attemptsFolder: string;
  readonly pipes: OutputPipes;
  readonly cache: ChannelCache;
  readonly metrics: MetricCompiler;
  /** Undefined where there are none. */
  readonly zygotes: ZygotePool | undefined;
  /** Undefined where there is no container engine. */
  readonly containers: ContainerRuntime | undefined;
  /** Undefined where programs cannot have supervisors. */
  readonly leaseFile: LeaseFile | undefined;
}
