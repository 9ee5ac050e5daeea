import type { Chance } from './chance.js';
import type { ActiveFaults } from './faults.js';
import { shareOf } from './queue-model.js';
import type { Timeline } from './timeline.js';

export type Direction = 'up' | 'down';

export interface StreamParts {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly faults: ActiveFaults;
  /** When a fault that goes on now is over. */
  readonly healsAtMs: (fault: { readonly atMs: number; readonly forMs: number }) => number;
}

/** How long the end of a stream may stay unnoticed at its other end: keep-alives find it. */
const HALF_OPEN_MS = 30_000;

/**
 * One gRPC stream between an agent and a server: in order, until it breaks. Faults hold messages up, lose them, double
 * them, and break the stream; what was on its way then may still arrive, after the first message of the next stream.
 */
export class AgentStream {
  readonly agentId: string;
  /** Distinguishes the streams of an agent. */
  readonly epoch: string;
  agentOpen = true;
  serverOpen = true;
  readonly #parts: StreamParts;
  readonly #lastMs = { up: 0, down: 0 };

  constructor(agentId: string, epoch: string, parts: StreamParts) {
    this.agentId = agentId;
    this.epoch = epoch;
    this.#parts = parts;
  }

  /** @param mayBeLost false for what a real stream only loses by breaking. */
  send(direction: Direction, deliver: () => void, mayBeLost: boolean): void {
    const { timeline, chance, faults } = this.#parts;
    if (!(direction === 'up' ? this.agentOpen : this.serverOpen)) return;
    if (mayBeLost && chance.strikes(shareOf(faults.ofAgent('messages lost', this.agentId)))) return;
    const act = () => {
      if (direction === 'up' ? this.serverOpen : this.agentOpen) deliver();
    };
    const atMs = this.#arrivalMs(direction);
    timeline.at(atMs, act);
    const doubled = mayBeLost && chance.strikes(shareOf(faults.ofAgent('messages doubled', this.agentId)));
    if (doubled) timeline.at(atMs + chance.between(0, 20_000), act);
  }

  /** The agent's end is closed; the server hears of it later, or soon when `atOnce`. */
  closeAtAgent(onServerHears: () => void): void {
    if (!this.agentOpen) return;
    this.agentOpen = false;
    const { timeline, chance } = this.#parts;
    const unnoticedMs = chance.strikes(0.2) ? chance.between(0, HALF_OPEN_MS) : 0;
    timeline.at(this.#arrivalMs('up') + unnoticedMs, () => {
      if (!this.serverOpen) return;
      this.serverOpen = false;
      onServerHears();
    });
  }

  /** The server's end is closed; the agent hears of it. */
  closeAtServer(onAgentHears: () => void): void {
    if (!this.serverOpen) return;
    this.serverOpen = false;
    this.#parts.timeline.at(this.#arrivalMs('down'), () => {
      if (!this.agentOpen) return;
      this.agentOpen = false;
      onAgentHears();
    });
  }

  #arrivalMs(direction: Direction): number {
    const { timeline, chance, faults, healsAtMs } = this.#parts;
    const slowMs = Math.max(0, ...faults.ofAgent('messages delayed', this.agentId).map((fault) => fault.byMs));
    let atMs = timeline.nowMs + chance.between(0.2, 5) + slowMs * chance.next();
    for (const fault of faults.ofAgent('partition', this.agentId)) {
      if (fault.direction === direction || fault.direction === 'both') atMs = Math.max(atMs, healsAtMs(fault) + 1);
    }
    atMs = Math.max(atMs, this.#lastMs[direction]);
    this.#lastMs[direction] = atMs;
    return atMs;
  }
}
