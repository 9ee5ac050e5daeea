import type { ConnectRequest } from '@fleetune/protocol';

/**
 * What an attempt told that the server may not have: phases and metric batches have no acknowledgement of their own, so
 * they are kept until the server has answered two renewals sent after them, and told again on a new connection. The
 * server counts a repeated phase or point once. Its length is bounded by the lease, which ends the attempt of an agent
 * that is cut off.
 */
export class ReplayBuffer {
  #told: { readonly message: ConnectRequest; readonly atMs: number }[] = [];
  #answeredMs = Number.NEGATIVE_INFINITY;

  add(message: ConnectRequest, atMs: number): void {
    this.#told.push({ message, atMs });
  }

  /**
   * The server answered a renewal that was sent at `sentAtMs`, so it has read everything told before.
   *
   * @returns what was told before this moment needs no repetition.
   */
  answered(sentAtMs: number): number {
    const durableMs = this.#answeredMs;
    this.#answeredMs = sentAtMs;
    if ((this.#told[0]?.atMs ?? Number.POSITIVE_INFINITY) < durableMs) {
      this.#told = this.#told.filter(({ atMs }) => atMs >= durableMs);
    }
    return durableMs;
  }

  /** A renewal answered on the old connection says nothing about what the new one will carry. */
  rewind(): readonly ConnectRequest[] {
    this.#answeredMs = Number.NEGATIVE_INFINITY;
    return this.#told.map(({ message }) => message);
  }
}
