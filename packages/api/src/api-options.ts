import type { JobService } from '@fleetune/scheduler';
import type { FastifyRequest } from 'fastify';
import type { AccessKeyAdministration } from './access-key-administration.js';
import type { AgentCordons } from './agent-cordons.js';
import type { AgentDrills } from './agent-drills.js';
import type { RequestDefaults } from './training-template.js';

export interface ApiOptions {
  readonly jobs: JobService;
  /** The tenant that a bearer token belongs to, or undefined when nobody was given it. Compares in constant time. */
  authenticate(token: string): string | undefined;
  readonly uploads: {
    /** Keeps a .tar.gz where the tenant may read it, and says where. The same bytes get the same address. */
    save(archive: NodeJS.ReadableStream, tenant: string): Promise<string>;
  };
  defaults(tenant: string): RequestDefaults;
  /** Where it is left out, keys cannot be managed. */
  readonly accessKeys?: AccessKeyAdministration;
  /** Where it is left out, interruptions cannot be rehearsed. */
  readonly drills?: AgentDrills;
  /** Where it is left out, agents cannot be cordoned. */
  readonly cordons?: AgentCordons;
  /** Told of every error that is answered as one of the server's own. */
  readonly onInternalError?: (error: unknown, request: string) => void;
  /** How `/events` looks for changes; what is left out has a good default. */
  readonly live?: {
    readonly nowMs?: () => number;
    readonly pollEveryMs?: number;
    readonly heartbeatEveryMs?: number;
  };
}

/** A request whose token was good. */
export interface ApiRequest {
  tenant(request: FastifyRequest): string;
}
