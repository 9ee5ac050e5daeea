import {
  type InstanceClass,
  isSpotClass,
  type Resources,
  slotCount,
  spotClass,
  subtractResources,
} from '@fleetune/domain';
import { GpuBindings } from './gpu-bindings.js';
import type { GpuDevice } from './gpus.js';
import type { HostResources } from './host.js';

/** What an agent serves: some number of slots for whatever class is in demand, or slots of named classes. */
export type Offer = (
  | { readonly kind: 'any'; readonly slots: number }
  | { readonly kind: 'classes'; readonly classes: readonly InstanceClass[] }
) & {
  /** The machine may be taken away at short notice: only jobs that agree to that run on it. */
  readonly spot?: boolean;
};

export interface Inventory extends HostResources {
  readonly gpus: readonly GpuDevice[];
}

/** Room taken for one attempt. */
export interface Slot {
  readonly resources: Resources;
  /** Cores the attempt may count on, at least 1. */
  readonly cpuCount: number;
  readonly gpuUuids: readonly string[];
  /** When this room became free, by the monotonic clock. */
  readonly freeAtMs: number;
}

/** The name under which an agent offers slots for every class. */
export const ANY_CLASS = '*';

/** The machine's room, shared by all classes it offers: one inventory, however many names. */
export class Capacity {
  readonly #shapes: ReadonlyMap<string, Resources>;
  readonly #isSpot: boolean;
  readonly #startMs: number;
  readonly #gpus: GpuBindings;
  #free: Resources;
  #slotsLeft: number;
  /** When room was given back that nobody has taken since, newest last. */
  readonly #freedAtMs: number[] = [];
  #lastFreedAtMs: number | undefined;

  constructor(inventory: Inventory, offer: Offer, startMs: number) {
    const isSpot = offer.spot === true;
    this.#isSpot = isSpot;
    this.#shapes = new Map(
      shapesOf(offer, inventory).map(({ name, resources }) => [isSpot ? spotClass(name) : name, resources]),
    );
    this.#startMs = startMs;
    this.#gpus = new GpuBindings(inventory.gpus.map((gpu) => gpu.uuid));
    this.#slotsLeft = offer.kind === 'any' ? offer.slots : Number.POSITIVE_INFINITY;
    this.#free = {
      cpuMilli: inventory.cpuMilli,
      memoryMib: inventory.memoryMib,
      gpuMilli: inventory.gpus.length * 1000,
    };
    this.offered = [...this.#shapes]
      .map(([name]) => ({ name, slots: this.room(name) }))
      .filter(({ slots }) => slots > 0);
  }

  /** The classes that fit this machine, each with how many fit side by side when nothing else runs. */
  readonly offered: readonly { readonly name: string; readonly slots: number }[];

  serves(instanceClass: string): boolean {
    const shape = this.#shape(instanceClass);
    return shape !== undefined && this.offered.some(({ name }) => this.#shapes.get(name) === shape);
  }

  /** How many more attempts of the class fit now. */
  room(instanceClass: string): number {
    const shape = this.#shape(instanceClass);
    if (shape === undefined) return 0;
    return Math.min(slotCount({ ...shape, gpuMilli: 0 }, this.#free), this.#gpus.room(shape.gpuMilli), this.#slotsLeft);
  }

  /** Takes room for one attempt of the class, or nothing when there is none. */
  take(instanceClass: string): Slot | undefined {
    const resources = this.#shape(instanceClass);
    if (resources === undefined || this.room(instanceClass) < 1) return undefined;
    const gpuUuids = this.#gpus.bind(resources.gpuMilli) ?? [];
    this.#slotsLeft -= 1;
    this.#free = subtractResources(this.#free, resources);
    return {
      resources,
      cpuCount: Math.max(1, Math.floor(resources.cpuMilli / 1000)),
      gpuUuids,
      freeAtMs: this.#freedAtMs.pop() ?? this.#lastFreedAtMs ?? this.#startMs,
    };
  }

  /** Takes the room that an attempt of an earlier agent process has, whether or not it would be given now. */
  hold({ resources, cpuCount, gpuUuids }: Omit<Slot, 'freeAtMs'>): Slot {
    this.#gpus.hold(gpuUuids, resources.gpuMilli);
    this.#slotsLeft -= 1;
    this.#free = subtractResources(this.#free, resources);
    return { resources, cpuCount, gpuUuids, freeAtMs: this.#startMs };
  }

  /** Gives room back that ran an attempt until `nowMs`. */
  release(slot: Slot, nowMs: number): void {
    this.#giveBack(slot);
    this.#freedAtMs.push(nowMs);
    this.#lastFreedAtMs = nowMs;
  }

  /** Gives room back that was taken but ran nothing: it has been free all along. */
  releaseUnused(slot: Slot): void {
    this.#giveBack(slot);
    this.#freedAtMs.push(slot.freeAtMs);
  }

  #giveBack(slot: Slot): void {
    this.#slotsLeft += 1;
    this.#gpus.release(slot.gpuUuids, slot.resources.gpuMilli);
    this.#free = subtractResources(this.#free, negative(slot.resources));
  }

  #shape(instanceClass: string): Resources | undefined {
    if (isSpotClass(instanceClass) !== this.#isSpot) return undefined;
    return this.#shapes.get(instanceClass) ?? this.#shapes.get(this.#isSpot ? spotClass(ANY_CLASS) : ANY_CLASS);
  }
}

function shapesOf(offer: Offer, inventory: Inventory): readonly InstanceClass[] {
  if (offer.kind === 'classes') return offer.classes;
  const { slots } = offer;
  return [
    {
      name: ANY_CLASS,
      resources: {
        cpuMilli: Math.floor(inventory.cpuMilli / slots),
        memoryMib: Math.floor(inventory.memoryMib / slots),
        gpuMilli: Math.floor(inventory.gpus.length / slots) * 1000,
      },
    },
  ];
}

function negative(resources: Resources): Resources {
  return subtractResources({ cpuMilli: 0, memoryMib: 0, gpuMilli: 0 }, resources);
}
