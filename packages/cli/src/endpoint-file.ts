import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const endpointSchema = z.object({
  url: z.string(),
  grpcUrl: z.string().optional(),
  token: z.string(),
  accessKeyId: z.string().optional(),
  secretAccessKey: z.string().optional(),
});
export type Endpoint = z.infer<typeof endpointSchema>;

export function endpointFile(dataDirectory: string): string {
  return join(dataDirectory, 'endpoint.json');
}

/** What the server that owns the data folder wrote for its clients, or undefined when none ever ran there. */
export async function readEndpoint(dataDirectory: string): Promise<Endpoint | undefined> {
  try {
    return endpointSchema.parse(JSON.parse(await readFile(endpointFile(dataDirectory), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
