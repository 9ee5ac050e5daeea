import { createHmac, randomBytes } from 'node:crypto';
import { DEFAULT_SCHEMA as QUEUE_SCHEMA } from 'bullmq';
import pg from 'pg';

export const AGENT_ROLE = 'fleetune_agent';

/** Serializes servers that start at the same time; PostgreSQL refuses to change a role twice at once. */
const PROVISION_LOCK = 0x666c7465;

type Queryable = Pick<pg.ClientBase, 'query'>;

/**
 * Makes the role as which agents use the queues. It can log in and use the schema `bullmq`, and nothing else.
 *
 * The role's password follows from the administrator's, so several servers agree on it and it need not be kept.
 *
 * @param adminUrl of a role that may create roles, after the queues' `ensureReady`.
 * @returns the URL for agents.
 */
export async function provisionAgentRole(adminUrl: string): Promise<string> {
  const url = new URL(adminUrl);
  const password = agentPassword(decodeURIComponent(url.password));
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [PROVISION_LOCK]);
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [AGENT_ROLE]);
    await client.query(
      `${rowCount === 0 ? 'create' : 'alter'} role ${AGENT_ROLE} with login nosuperuser nocreatedb nocreaterole noreplication password ${pg.escapeLiteral(password)}`,
    );
    await grantQueueSchema(client);
    await client.query('commit');
  } finally {
    await client.end();
  }
  url.username = AGENT_ROLE;
  url.password = password;
  return url.href;
}

/** A schema made anew has lost what was granted on the old one. */
export async function regrantAgentRole(client: Queryable): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [AGENT_ROLE]);
  if (rowCount !== 0) await grantQueueSchema(client);
}

async function grantQueueSchema(client: Queryable): Promise<void> {
  await client.query(`grant usage on schema ${QUEUE_SCHEMA} to ${AGENT_ROLE}`);
  await client.query(`grant select, insert, update, delete on all tables in schema ${QUEUE_SCHEMA} to ${AGENT_ROLE}`);
  await client.query(`grant usage on all sequences in schema ${QUEUE_SCHEMA} to ${AGENT_ROLE}`);
}

function agentPassword(adminPassword: string): string {
  if (adminPassword === '') return randomBytes(24).toString('base64url');
  return createHmac('sha256', adminPassword).update(AGENT_ROLE).digest('base64url');
}
