import { createHash, randomBytes } from 'node:crypto';
import type { AccessKeyAdministration, CreatedAccessKey } from '@fleetune/api';
import {
  type AccessKeyRow,
  type Database,
  deleteAccessKey,
  enableAccessKey,
  insertAccessKey,
  listAccessKeyRows,
} from '@fleetune/store';
import { secretEquals } from '../secret-equals.js';
import { openSecret, sealSecret } from './secret-seal.js';

/** Whose jobs the bearer of a key sees. */
export interface KeyBearer {
  readonly tenant: string;
  readonly secretAccessKey: string;
  /** Of the server's own key alone. */
  readonly isAdministrator: boolean;
}

export interface KeyRingParts {
  readonly database: Database;
  /** The key of the server itself: its bearer is the administrator, and of this tenant. */
  readonly own: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly token: string;
    readonly tenant: string;
  };
  readonly sealingKey: string;
  readonly nowMs: () => number;
  /** Called before the first key of a tenant is given out. */
  readonly prepareTenant: (tenant: string) => Promise<void>;
  readonly warn: (message: string, error: unknown) => void;
}

/** How soon a server hears of keys that another one made or took back. */
const LOOK_EVERY_MS = 2_000;

/**
 * Every key that opens this server's doors, in memory: requests are let in without asking the database, also while it
 * is away.
 */
export class KeyRing implements AccessKeyAdministration {
  readonly #parts: KeyRingParts;
  #byId: ReadonlyMap<string, KeyBearer> = new Map();
  #tenantByToken: ReadonlyMap<string, string> = new Map();
  /** Opening a seal is work, and rows do not change but in being enabled. */
  readonly #opened = new Map<string, KeyBearer>();
  readonly #warned = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #reads = 0;
  #newestRead = 0;

  private constructor(parts: KeyRingParts) {
    this.#parts = parts;
  }

  static async open(parts: KeyRingParts): Promise<KeyRing> {
    const ring = new KeyRing(parts);
    await ring.#read();
    ring.#timer = setInterval(() => {
      ring.#looking = ring.#read().catch((error: unknown) => parts.warn('Access keys could not be read anew.', error));
    }, LOOK_EVERY_MS);
    return ring;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Undefined for a key nobody has, or that is disabled. */
  bearerOf(accessKeyId: string): KeyBearer | undefined {
    const { own } = this.#parts;
    return accessKeyId === own.accessKeyId ? { ...own, isAdministrator: true } : this.#byId.get(accessKeyId);
  }

  /** The tenant of a bearer token. */
  tenantOf(token: string): string | undefined {
    return this.isAdministrator(token) ? this.#parts.own.tenant : this.#tenantByToken.get(sha256(token));
  }

  isAdministrator(token: string): boolean {
    return secretEquals(token, this.#parts.own.token);
  }

  async create(tenant: string): Promise<CreatedAccessKey> {
    const { database, sealingKey, nowMs, prepareTenant } = this.#parts;
    await prepareTenant(tenant);
    const id = `FLEETUNE${randomBytes(6).toString('hex').toUpperCase()}`;
    const secretAccessKey = randomBytes(30).toString('base64url');
    const token = randomBytes(32).toString('base64url');
    const row: AccessKeyRow = {
      id,
      tenant,
      sealed_secret: sealSecret(sealingKey, secretAccessKey, { id, tenant }),
      token_sha256: sha256(token),
      enabled: true,
      created_at: new Date(nowMs()),
    };
    // Twice the same of 2^48 is an error of the machine's chance, not of the caller.
    if (!(await insertAccessKey(database, row))) throw new Error(`The access key "${id}" was made up twice.`);
    await this.#read();
    return { ...shown(row), secretAccessKey, token };
  }

  async list() {
    return (await listAccessKeyRows(this.#parts.database)).map(shown);
  }

  async enable(id: string, enabled: boolean): Promise<boolean> {
    const found = await enableAccessKey(this.#parts.database, id, enabled);
    await this.#read();
    return found;
  }

  async remove(id: string): Promise<boolean> {
    const found = await deleteAccessKey(this.#parts.database, id);
    await this.#read();
    return found;
  }

  async #read(): Promise<void> {
    this.#reads += 1;
    const turn = this.#reads;
    const rows = await listAccessKeyRows(this.#parts.database);
    // A look that was overtaken by a later one has seen keys that may have been taken back since.
    if (turn < this.#newestRead) return;
    this.#newestRead = turn;
    const enabled = rows.filter((row) => row.enabled);
    this.#byId = new Map(enabled.flatMap((row) => this.#bearer(row)));
    this.#tenantByToken = new Map(enabled.map((row) => [row.token_sha256, row.tenant]));
    const ids = new Set(rows.map((row) => row.id));
    for (const id of this.#opened.keys()) if (!ids.has(id)) this.#opened.delete(id);
  }

  #bearer(row: AccessKeyRow): [string, KeyBearer][] {
    const known = this.#opened.get(row.id);
    if (known !== undefined) return [[row.id, known]];
    try {
      const secretAccessKey = openSecret(this.#parts.sealingKey, row.sealed_secret, row);
      const bearer = { tenant: row.tenant, secretAccessKey, isAdministrator: false };
      this.#opened.set(row.id, bearer);
      return [[row.id, bearer]];
    } catch (error) {
      if (!this.#warned.has(row.id)) this.#parts.warn(`The access key "${row.id}" cannot sign.`, error);
      this.#warned.add(row.id);
      return [];
    }
  }
}

function shown({ id, tenant, enabled, created_at }: AccessKeyRow) {
  return { accessKeyId: id, tenant, enabled, creationTimeMs: created_at.getTime() };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
