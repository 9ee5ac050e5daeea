import { isSpotClass, spotClass } from '@fleetune/domain';

/** The name under which an agent offers whatever class is asked for. It then offers nothing else. */
const ANY_CLASS = '*';
const ANY_SPOT_CLASS = spotClass(ANY_CLASS);

/** The name under which agents for any class serve this one: those on spot machines and the others serve different jobs. */
export function anyClassFor(instanceClass: string): string {
  return isSpotClass(instanceClass) ? ANY_SPOT_CLASS : ANY_CLASS;
}

/** What capacity knows of an agent. */
export interface CountedAgent {
  readonly id: string;
  readonly state: 'Ready' | 'Draining' | 'Silent';
  /** Slots by class name; `*` is any class. */
  readonly offers: ReadonlyMap<string, number>;
  /** Instance class of each attempt that it runs, by training job. */
  readonly leases: ReadonlyMap<string, string>;
  /** Instance class of each slot that it keeps for a warm pool: free for nobody here. */
  readonly retained: ReadonlyMap<string, string>;
}

interface Room {
  readonly slots: number;
  readonly free: number;
}

/**
 * What agents that are ready offer, summed up by class and kept up to date agent by agent, so that no decision ever
 * looks at all of them. Free slots of an agent that offers several classes from one machine are an upper bound: the
 * scheduler does not know the machine's shape, the agent's own claims do.
 */
export class FleetCapacity {
  readonly #byAgent = new Map<string, ReadonlyMap<string, Room>>();
  readonly #byClass = new Map<string, { slots: number; free: number }>();
  /** When a class that nobody offers any more was last offered. */
  readonly #lastOfferedMs = new Map<string, number>();

  /** Takes in how an agent is now. @returns true when there is more room than before. */
  count(agent: CountedAgent, nowMs: number): boolean {
    const rooms = agent.state === 'Ready' ? roomsOf(agent) : undefined;
    return this.#replace(agent.id, rooms, nowMs);
  }

  forget(agentId: string, nowMs: number): void {
    this.#replace(agentId, undefined, nowMs);
  }

  /** Attempts of the class that agents can run side by side. */
  slots(instanceClass: string): number {
    return this.namedSlots(instanceClass) + (this.#byClass.get(anyClassFor(instanceClass))?.slots ?? 0);
  }

  /** Of these, those that agents offer by the name of the class. */
  namedSlots(instanceClass: string): number {
    return instanceClass === anyClassFor(instanceClass) ? 0 : (this.#byClass.get(instanceClass)?.slots ?? 0);
  }

  /** Slots offered by the name of the class that run nothing. */
  namedFree(instanceClass: string): number {
    return this.#byClass.get(instanceClass)?.free ?? 0;
  }

  /** Slots for any class, `*` or that of spot machines, that run nothing. */
  anyFree(anyClass: string): number {
    return this.#byClass.get(anyClass)?.free ?? 0;
  }

  /** True when an agent offers the class, or one that is gone did within the last `patienceMs`. */
  wasOffered(instanceClass: string, nowMs: number, patienceMs: number): boolean {
    if (this.slots(instanceClass) > 0) return true;
    return [instanceClass, anyClassFor(instanceClass)].some((name) => {
      const lastMs = this.#lastOfferedMs.get(name);
      return lastMs !== undefined && nowMs - lastMs < patienceMs;
    });
  }

  /** Lets go of classes that nobody has offered for so long. */
  forgetOffers(nowMs: number, patienceMs: number): void {
    for (const [name, lastMs] of this.#lastOfferedMs) {
      if (nowMs - lastMs >= patienceMs) this.#lastOfferedMs.delete(name);
    }
  }

  #replace(agentId: string, rooms: ReadonlyMap<string, Room> | undefined, nowMs: number): boolean {
    const before = this.#byAgent.get(agentId);
    let grew = false;
    for (const [name, room] of rooms ?? []) {
      if (room.free > (before?.get(name)?.free ?? 0)) grew = true;
      this.#add(name, room, 1);
    }
    for (const [name, room] of before ?? []) {
      this.#add(name, room, -1);
      if (this.#byClass.get(name) === undefined) this.#lastOfferedMs.set(name, nowMs);
    }
    if (rooms === undefined) this.#byAgent.delete(agentId);
    else this.#byAgent.set(agentId, rooms);
    return grew;
  }

  #add(name: string, room: Room, sign: 1 | -1): void {
    const sum = this.#byClass.get(name) ?? { slots: 0, free: 0 };
    sum.slots += sign * room.slots;
    sum.free += sign * room.free;
    if (sum.slots === 0) this.#byClass.delete(name);
    else this.#byClass.set(name, sum);
  }
}

function roomsOf(agent: CountedAgent): Map<string, Room> {
  for (const anyClass of [ANY_CLASS, ANY_SPOT_CLASS]) {
    const anySlots = agent.offers.get(anyClass);
    if (anySlots === undefined) continue;
    return new Map([
      [anyClass, { slots: anySlots, free: Math.max(0, anySlots - agent.leases.size - agent.retained.size) }],
    ]);
  }
  const used = new Map<string, number>();
  for (const instanceClass of [...agent.leases.values(), ...agent.retained.values()]) {
    used.set(instanceClass, (used.get(instanceClass) ?? 0) + 1);
  }
  return new Map(
    [...agent.offers]
      .filter(([, slots]) => slots > 0)
      .map(([name, slots]) => [name, { slots, free: Math.max(0, slots - (used.get(name) ?? 0)) }]),
  );
}
