import { z } from 'zod';

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
  lastSeenMs: z.number(),
});
export type Agent = z.infer<typeof agentSchema>;

export const agentListSchema = z.object({ agents: z.array(agentSchema) });
