const WHOLE_GPU_MILLI = 1000;

/**
 * Which GPUs are bound to attempts, by UUID (indices move between reboots). Requests of whole GPUs get them alone;
 * a request of under 1000 milli shares one with others of its kind.
 */
export class GpuBindings {
  readonly #usedMilli: Map<string, number>;

  constructor(uuids: readonly string[]) {
    this.#usedMilli = new Map(uuids.map((uuid) => [uuid, 0]));
  }

  /** How many more requests of `gpuMilli` can be bound now; infinite for 0. */
  room(gpuMilli: number): number {
    if (gpuMilli <= 0) return Number.POSITIVE_INFINITY;
    let room = 0;
    for (const used of this.#usedMilli.values()) {
      if (gpuMilli < WHOLE_GPU_MILLI) room += Math.floor((WHOLE_GPU_MILLI - used) / gpuMilli);
      else if (used === 0) room += 1;
    }
    return gpuMilli < WHOLE_GPU_MILLI ? room : Math.floor(room / gpuCount(gpuMilli));
  }

  /** Binds GPUs for one request and returns their UUIDs, or undefined when there is no room for it. */
  bind(gpuMilli: number): readonly string[] | undefined {
    if (gpuMilli <= 0) return [];
    if (this.room(gpuMilli) < 1) return undefined;
    const chosen = gpuMilli < WHOLE_GPU_MILLI ? this.#fullestWithRoom(gpuMilli) : this.#free(gpuCount(gpuMilli));
    for (const uuid of chosen) this.#use(uuid, Math.min(gpuMilli, WHOLE_GPU_MILLI));
    return chosen;
  }

  /** Binds these GPUs, which an earlier agent process had bound for the same `gpuMilli`. */
  hold(uuids: readonly string[], gpuMilli: number): void {
    for (const uuid of uuids) this.#use(uuid, Math.min(gpuMilli, WHOLE_GPU_MILLI));
  }

  /** Gives back what {@link bind} returned for the same `gpuMilli`. */
  release(uuids: readonly string[], gpuMilli: number): void {
    for (const uuid of uuids) this.#use(uuid, -Math.min(gpuMilli, WHOLE_GPU_MILLI));
  }

  #free(count: number): string[] {
    return [...this.#usedMilli]
      .filter(([, used]) => used === 0)
      .slice(0, count)
      .map(([uuid]) => uuid);
  }

  /** Fractions pack onto the GPU that is fullest already, so that whole ones stay free. */
  #fullestWithRoom(gpuMilli: number): string[] {
    const candidates = [...this.#usedMilli].filter(([, used]) => used + gpuMilli <= WHOLE_GPU_MILLI);
    return candidates
      .sort(([, a], [, b]) => b - a)
      .slice(0, 1)
      .map(([uuid]) => uuid);
  }

  #use(uuid: string, milli: number): void {
    const used = this.#usedMilli.get(uuid);
    // One that an attempt has held since before it was lost is not there to be given.
    if (used !== undefined) this.#usedMilli.set(uuid, used + milli);
  }
}

function gpuCount(gpuMilli: number): number {
  return Math.ceil(gpuMilli / WHOLE_GPU_MILLI);
}
