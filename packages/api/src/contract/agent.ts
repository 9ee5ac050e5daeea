import { z } from 'zod';
import { strict } from './fault.js';

/** A worker machine as the API shows it. */
export const agentSchema = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['Ready', 'Draining', 'Offline']),
  version: z.string(),
  hostName: z.string(),
  cpuMilli: z.number(),
  memoryMib: z.number(),
  gpuNames: z.array(z.string()),
  sandbox: z.string(),
  classes: z.array(z.object({ name: z.string(), slots: z.number() })),
  runningCount: z.number(),
  /** Slots that are kept for warm pools. */
  retainedCount: z.number().optional(),
  lastSeenMs: z.number(),
});
export type Agent = z.infer<typeof agentSchema>;

/** Body of `POST /agents/AGENT/interrupt`. */
export const interruptAgentSchema = strict({
  /** How long the machine seems to have left. */
  seconds: z.number().min(1).max(3600).default(30),
});

export const agentListSchema = z.object({ agents: z.array(agentSchema) });
