/** What an instance needs, or a machine has. `cpuMilli` 1000 is one core, `gpuMilli` 1000 one whole GPU. */
export interface Resources {
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly gpuMilli: number;
}

/** A named machine shape that training jobs ask for. */
export interface InstanceClass {
  /** Such as `ml.m5.xlarge` or `gpu-small`. */
  readonly name: string;
  readonly resources: Resources;
}

/** True when `needed` fits into `free` in every dimension. */
export function fits(needed: Resources, free: Resources): boolean {
  return needed.cpuMilli <= free.cpuMilli && needed.memoryMib <= free.memoryMib && needed.gpuMilli <= free.gpuMilli;
}

export function subtractResources(from: Resources, taken: Resources): Resources {
  return {
    cpuMilli: from.cpuMilli - taken.cpuMilli,
    memoryMib: from.memoryMib - taken.memoryMib,
    gpuMilli: from.gpuMilli - taken.gpuMilli,
  };
}

/** How many instances of `needed` fit into `total` side by side. */
export function slotCount(needed: Resources, total: Resources): number {
  const ratios = [
    needed.cpuMilli > 0 ? total.cpuMilli / needed.cpuMilli : Number.POSITIVE_INFINITY,
    needed.memoryMib > 0 ? total.memoryMib / needed.memoryMib : Number.POSITIVE_INFINITY,
    needed.gpuMilli > 0 ? total.gpuMilli / needed.gpuMilli : Number.POSITIVE_INFINITY,
  ];
  const least = Math.min(...ratios);
  return Number.isFinite(least) ? Math.floor(least) : 0;
}
