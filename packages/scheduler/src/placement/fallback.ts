import { describeClass, type InstanceRequest } from '@fleetune/domain';
import type { ClassRooms } from './class-rooms.js';

/** Which entry of a fallback list serves an attempt, and why not one before it. */
export interface Placement {
  readonly instanceIndex: number;
  readonly passedOver: readonly PassedOver[];
  /** From the moment the training job began to wait. */
  readonly waitedMs: number;
}

export interface PassedOver {
  readonly instanceType: string;
  readonly reason: 'not offered' | 'no free slot' | 'not claimed' | 'failed to start';
}

export interface FallbackConditions {
  readonly rooms: ClassRooms;
  /** The class that the training job comes from, where nobody claimed it. */
  readonly avoid?: string;
  /** True for classes that took attempts lately and did not start them. */
  readonly isOpen: (instanceClass: string) => boolean;
  /** How long the training job has waited. */
  readonly waitedMs: number;
  /** How long each entry is waited for while agents offer it and all its slots are busy. */
  readonly patienceMs: number;
}

/**
 * The first entry that can serve now. An entry that no agent offers is passed over at once; one whose slots are all
 * busy when its wait is spent; one whose class fails to start attempts as long as its breaker is open, unless nothing
 * else is there. Only where there is no choice may an attempt be put on a queue before a slot is free.
 */
export function chooseInstance(
  instances: readonly InstanceRequest[],
  conditions: FallbackConditions,
): Placement | undefined {
  const { rooms, isOpen, avoid, waitedMs, patienceMs } = conditions;
  const offered = instances.filter(({ instanceType }) => rooms.isOffered(instanceType));
  const sound = offered.filter(({ instanceType }) => instanceType !== avoid && !isOpen(instanceType));
  const usable = sound.length > 0 ? sound : offered;
  for (const [position, entry] of usable.entries()) {
    const { instanceType } = entry;
    const mayServe = rooms.hasFree(instanceType) || (usable.length === 1 && rooms.mayQueueAhead(instanceType));
    if (mayServe) return placed(instances, instances.indexOf(entry), conditions);
    if (waitedMs < patienceMs * (position + 1)) return undefined;
  }
  return undefined;
}

/** "ml.m5.large, entry 2 of 2: ml.p3.2xlarge has no free slot" */
export function describePlacement(instances: readonly InstanceRequest[], placement: Placement): string {
  const chosen = describeClass(instances[placement.instanceIndex]?.instanceType ?? '');
  const reasons = placement.passedOver.map(({ instanceType, reason }) => {
    return `${describeClass(instanceType)} ${SAID[reason]}`;
  });
  return `${chosen}, entry ${placement.instanceIndex + 1} of ${instances.length}: ${reasons.join(', ')}`;
}

const SAID: Readonly<Record<PassedOver['reason'], string>> = {
  'not offered': 'is offered by no agent',
  'no free slot': 'has no free slot',
  'not claimed': 'was offered and taken by no agent',
  'failed to start': 'failed to start training jobs lately',
};

function placed(
  instances: readonly InstanceRequest[],
  instanceIndex: number,
  { rooms, isOpen, avoid, waitedMs }: FallbackConditions,
): Placement {
  const passedOver = instances.slice(0, instanceIndex).map(({ instanceType }): PassedOver => {
    if (!rooms.isOffered(instanceType)) return { instanceType, reason: 'not offered' };
    if (instanceType === avoid) return { instanceType, reason: 'not claimed' };
    return { instanceType, reason: isOpen(instanceType) ? 'failed to start' : 'no free slot' };
  });
  return { instanceIndex, passedOver, waitedMs };
}
