import { readFile } from 'node:fs/promises';
import { faultSentence, schemaFaults, strict } from '@fleetune/api/contract';
import { type InstanceClass, isSpotClass } from '@fleetune/domain';
import { parse } from 'yaml';
import { z } from 'zod';
import { CommandError, EXIT } from './exit-code.js';

const classFileSchema = strict({
  classes: z
    .array(
      strict({
        name: z
          .string()
          .min(1)
          .max(63)
          .refine((name) => !isSpotClass(name), 'Leave the ending out; start the agent with --spot.'),
        cpus: z.number().positive(),
        memoryMib: z.int().positive(),
        gpus: z.number().min(0).optional(),
      }),
    )
    .min(1),
});

/**
 * Reads the instance classes an agent offers: a YAML map with a list `classes` of name, cpus, memoryMib and gpus.
 *
 * @throws CommandError naming every fault.
 */
export async function readClassFile(path: string): Promise<InstanceClass[]> {
  let content: unknown;
  try {
    content = parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new CommandError(EXIT.invalid, `${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = classFileSchema.safeParse(content, { reportInput: true });
  if (!parsed.success) {
    const faults = schemaFaults(parsed.error).map((fault) => `  ${faultSentence(fault)}`);
    throw new CommandError(EXIT.invalid, `${path} is not a list of instance classes.\n${faults.join('\n')}`);
  }
  return parsed.data.classes.map(({ name, cpus, memoryMib, gpus = 0 }) => ({
    name,
    resources: { cpuMilli: Math.round(cpus * 1000), memoryMib, gpuMilli: Math.round(gpus * 1000) },
  }));
}
