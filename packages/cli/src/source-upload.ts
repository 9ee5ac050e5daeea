import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { CreateTuningJobBody } from '@fleetune/api/contract';
import type { Connection } from './connection.js';

/** Sends the script's source to a server that cannot see this machine's files; else leaves the job as it is. */
export async function uploadSource(body: CreateTuningJobBody, connection: Connection): Promise<CreateTuningJobBody> {
  const { algorithm } = body;
  if (connection.local || !('script' in algorithm) || !algorithm.source.startsWith('file://')) return body;
  const source = await connection.client.upload(await pack(fileURLToPath(algorithm.source)));
  return { ...body, algorithm: { ...algorithm, source } };
}

async function pack(path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (!(await stat(path)).isDirectory()) return Uint8Array.from(await readFile(path));
  const { createTarGz } = await import('@fleetune/artifacts');
  return Uint8Array.from(await buffer(await createTarGz(path)));
}
