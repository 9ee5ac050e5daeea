import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Fault, FaultPath } from '@fleetune/api/contract';
import { type Fields, isFields } from './fields.js';

/** Paths of this machine become `file://` URIs; what they name must be there, except where output goes. */
export function resolvePaths(content: Fields, directory: string): { body: Fields; faults: Fault[] } {
  const faults: Fault[] = [];
  const input = (value: unknown, path: FaultPath) => {
    const uri = toUri(value, directory);
    if (typeof uri === 'string' && uri !== value && !existsSync(fileURLToPath(uri))) {
      faults.push({ path, message: `There is no ${fileURLToPath(uri)}.` });
    }
    return uri;
  };
  const body: Record<string, unknown> = { ...content };
  for (const field of ['output', 'checkpoints']) {
    if (body[field] !== undefined) body[field] = toUri(body[field], directory);
  }
  if (isFields(content.channels)) {
    const channels = Object.entries(content.channels).map(([name, channel]) => {
      if (!isFields(channel)) return [name, input(channel, ['channels', name])];
      return [name, { ...channel, uri: input(channel.uri, ['channels', name, 'uri']) }];
    });
    body.channels = Object.fromEntries(channels);
  }
  if (isFields(content.algorithm) && typeof content.algorithm.script === 'string') {
    const algorithm = withSource(content.algorithm, content.algorithm.script);
    const source = input(algorithm.source, ['algorithm', 'source']);
    body.algorithm = { ...algorithm, source };
    if (faults.length === 0) faults.push(...entryPointFaults(source, String(algorithm.script)));
  }
  return { body, faults };
}

/** A script without a source brings the folder it lies in. */
function withSource(algorithm: Fields, script: string): Fields {
  if (algorithm.source !== undefined) return algorithm;
  return { ...algorithm, script: basename(script), source: dirname(script) };
}

function entryPointFaults(source: unknown, script: string): Fault[] {
  if (typeof source !== 'string' || !source.startsWith('file://')) return [];
  const folder = fileURLToPath(source);
  if (!existsSync(folder) || !statSync(folder).isDirectory() || existsSync(join(folder, script))) return [];
  return [{ path: ['algorithm', 'script'], message: `There is no ${script} in ${folder}.` }];
}

/** Leaves URIs, and values of a wrong type, for the schema to judge. */
function toUri(value: unknown, directory: string): unknown {
  if (typeof value !== 'string' || value === '' || /^[a-z][a-z0-9+.-]*:\/\//i.test(value)) return value;
  const path = value === '~' || value.startsWith('~/') ? join(homedir(), value.slice(1)) : value;
  return pathToFileURL(resolve(directory, path)).href;
}
