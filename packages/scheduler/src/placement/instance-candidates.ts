import { type InstanceRequest, instanceTypeOf, spotClass, type TrainingJobSpec } from '@fleetune/domain';

type Asking = Pick<TrainingJobSpec, 'instances' | 'spot'>;

/**
 * The classes that may serve a training job, in order of preference: its fallback list; for managed spot training first
 * its list on spot machines, and then, unless only those will do, the same list on all others.
 */
export function instanceCandidates(spec: Asking, spotOnly: boolean): readonly InstanceRequest[] {
  const { instances, spot } = spec;
  if (!spot) return instances;
  const onSpot = instances.map((entry) => ({ ...entry, instanceType: spotClass(entry.instanceType) }));
  return spotOnly ? onSpot : [...onSpot, ...instances];
}

/** Place in the fallback list of the entry that a class serves. */
export function entryIndexOf({ instances }: Asking, instanceClass: string): number {
  const served = instanceTypeOf(instanceClass);
  return instances.findIndex(({ instanceType }) => instanceType === served);
}
