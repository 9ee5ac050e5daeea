import { chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../write-atomically.js';

/** Who this agent is to its server. */
export interface AgentIdentity {
  readonly agentId: string;
  /** Shown on every call; a secret. */
  readonly credential: string;
}

/** @throws IdentityFileError when there is a file, but not one that this agent wrote. */
export async function readIdentity(stateDirectory: string): Promise<AgentIdentity | undefined> {
  const path = identityPath(stateDirectory);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  await chmod(path, 0o600);
  return parseIdentity(text) ?? fail(path);
}

export async function writeIdentity(stateDirectory: string, identity: AgentIdentity): Promise<void> {
  await writeAtomically(identityPath(stateDirectory), `${JSON.stringify(identity, undefined, 2)}\n`);
}

export async function forgetIdentity(stateDirectory: string): Promise<void> {
  await rm(identityPath(stateDirectory), { force: true });
}

/** The agent's identity on disk cannot be read. */
export class IdentityFileError extends Error {
  override readonly name = 'IdentityFileError';
  constructor(path: string) {
    super(`${path} holds no agent identity; remove it and start the agent with a new join token.`);
  }
}

function identityPath(stateDirectory: string): string {
  return join(stateDirectory, 'identity.json');
}

function parseIdentity(text: string): AgentIdentity | undefined {
  try {
    const { agentId, credential } = JSON.parse(text) as Partial<Record<keyof AgentIdentity, unknown>>;
    return typeof agentId === 'string' && typeof credential === 'string' ? { agentId, credential } : undefined;
  } catch {
    return undefined;
  }
}

function fail(path: string): never {
  throw new IdentityFileError(path);
}
