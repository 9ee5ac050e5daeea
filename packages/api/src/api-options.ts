import type { JobService } from '@fleetune/scheduler';
import type { FastifyRequest } from 'fastify';
import type { RequestDefaults } from './training-template.js';

export interface ApiOptions {
  readonly jobs: JobService;
  /** The tenant that a bearer token belongs to, or undefined when nobody was given it. Compares in constant time. */
  authenticate(token: string): string | undefined;
  readonly uploads: {
    /** Keeps a .tar.gz and says where. The same bytes get the same `file://` or `s3://` address. */
    save(archive: NodeJS.ReadableStream): Promise<string>;
  };
  readonly defaults: RequestDefaults;
}

/** A request whose token was good. */
export interface ApiRequest {
  tenant(request: FastifyRequest): string;
}
