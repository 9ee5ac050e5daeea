import { type Kysely, sql } from 'kysely';

/** Keys by which tenants come in: a secret that signs, sealed because signatures cannot be checked by a digest, and a token. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE access_keys (
      id text PRIMARY KEY,
      tenant text NOT NULL,
      sealed_secret bytea NOT NULL,
      token_sha256 text NOT NULL UNIQUE,
      enabled boolean NOT NULL,
      created_at timestamptz NOT NULL
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`DROP TABLE access_keys`.execute(db);
}
