import { createHash } from 'node:crypto';
import type { Database } from './database.js';

export interface AgentRow {
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
  readonly host_name: string | null;
  readonly inventory: unknown;
  readonly offered_classes: unknown;
  readonly last_seen_at: Date | null;
}

export class JoinRefusedError extends Error {
  override readonly name = 'JoinRefusedError';
  constructor() {
    super('The join token is unknown or has been used. Make a new one on the server.');
  }
}

/** Only digests of secrets are kept. */
function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Allows whoever knows `token` to join: once, or as often as wanted when `reusable`. */
export async function allowJoin(database: Database, token: string, reusable: boolean, now: Date): Promise<void> {
  await database.query
    .insertInto('join_tokens')
    .values({ token_sha256: sha256(token), reusable, used_at: null, created_at: now })
    .onConflict((conflict) => conflict.column('token_sha256').doNothing())
    .execute();
}

/** Uses up a join token and registers the agent under its credential. @throws JoinRefusedError */
export async function joinAgent(
  database: Database,
  token: string,
  agent: { readonly id: string; readonly name: string; readonly credential: string },
  now: Date,
): Promise<void> {
  await database.query.transaction().execute(async (transaction) => {
    const used = await transaction
      .updateTable('join_tokens')
      .set({ used_at: now })
      .where('token_sha256', '=', sha256(token))
      .where((where) => where.or([where('reusable', '=', true), where('used_at', 'is', null)]))
      .executeTakeFirst();
    if (used.numUpdatedRows !== 1n) throw new JoinRefusedError();
    await transaction
      .insertInto('agents')
      .values({ id: agent.id, name: agent.name, credential_sha256: sha256(agent.credential), created_at: now })
      .execute();
  });
}

/** @returns the agent's id, or undefined when nobody has this credential. */
export async function findAgentByCredential(database: Database, credential: string): Promise<string | undefined> {
  const row = await database.query
    .selectFrom('agents')
    .select('id')
    .where('credential_sha256', '=', sha256(credential))
    .executeTakeFirst();
  return row?.id;
}

export async function recordHello(
  database: Database,
  id: string,
  hello: {
    readonly version: string;
    readonly hostName: string;
    readonly inventory: unknown;
    readonly offeredClasses: unknown;
  },
  now: Date,
): Promise<void> {
  await database.query
    .updateTable('agents')
    .set({
      version: hello.version,
      host_name: hello.hostName,
      inventory: JSON.stringify(hello.inventory),
      offered_classes: JSON.stringify(hello.offeredClasses),
      last_seen_at: now,
    })
    .where('id', '=', id)
    .execute();
}

export async function recordSeen(database: Database, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  await database.query
    .updateTable('agents')
    .set({ last_seen_at: now })
    .where('id', 'in', [...ids])
    .execute();
}

export async function listAgentRows(database: Database): Promise<AgentRow[]> {
  return database.query
    .selectFrom('agents')
    .select(['id', 'name', 'version', 'host_name', 'inventory', 'offered_classes', 'last_seen_at'])
    .orderBy('name')
    .orderBy('id')
    .execute();
}
