import type { IncomingHttpHeaders } from 'node:http';

/** An HTTP request as it came over the wire, so that its signature can be checked. */
export interface WireRequest {
  readonly method: string;
  /** Path and query as sent, not decoded. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}
