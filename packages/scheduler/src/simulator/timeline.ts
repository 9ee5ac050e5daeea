import { PriorityQueue } from '../placement/priority-queue.js';

interface Appointment {
  readonly act: () => void;
  calledOff: boolean;
}

/** Virtual time: what is to happen, in order. Nothing happens between two appointments, however far apart they are. */
export class Timeline {
  nowMs: number;
  readonly #appointments = new PriorityQueue<Appointment>();

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  /** @returns what calls it off. */
  at(timeMs: number, act: () => void): () => void {
    const appointment: Appointment = { act, calledOff: false };
    this.#appointments.push(Math.max(timeMs, this.nowMs), appointment);
    return () => {
      appointment.calledOff = true;
    };
  }

  after(delayMs: number, act: () => void): () => void {
    return this.at(this.nowMs + delayMs, act);
  }

  /** Lets the next thing happen. @returns false when there is none. */
  advance(): boolean {
    for (;;) {
      const timeMs = this.#appointments.firstRank();
      const appointment = this.#appointments.pop();
      if (timeMs === undefined || appointment === undefined) return false;
      if (appointment.calledOff) continue;
      this.nowMs = timeMs;
      appointment.act();
      return true;
    }
  }
}
