import type { StopReason, TuningJobSpec } from '@fleetune/domain';
import { hyperbandRule, type ResourceRule } from '@fleetune/search';
import {
  closeCurve,
  emptyCurves,
  isHopeless,
  type LearningCurves,
  recordEpochs,
  restartCurve,
} from './early-stopping.js';

/** A tuned training job, as far as a watch has to tell it from others. */
interface Watched {
  readonly id: string;
  /** Of its suggestion. */
  readonly index: number;
}

/** A value of the objective; `step` counts epochs from 0. */
interface ObjectivePoint {
  readonly step: number;
  readonly value: number;
}

/**
 * Follows the objectives of a tuning job's running training jobs and says which to stop. Replaying what was reported, in
 * order, makes the same watch again.
 */
export interface TrainingWatch {
  /** Why the training job is to be stopped; undefined when it may go on. */
  reported(job: Watched, points: readonly ObjectivePoint[]): StopReason | undefined;
  /** It starts over, from its first epoch. */
  restarted(job: Watched): void;
  ended(job: Watched): void;
  /** How many epochs it has reported. */
  epochs(job: Watched): number;
}

/** The watch a tuning job asks for; undefined when every training job may run to its end. */
export function trainingWatch(spec: TuningJobSpec): TrainingWatch | undefined {
  const { name, minResource, maxResource } = spec.strategy;
  const objectiveType = spec.definitions[0]?.objective.type ?? 'Maximize';
  if ((name === 'Hyperband' || name === 'BOHB') && minResource !== undefined && maxResource !== undefined) {
    return new RungWatch(hyperbandRule({ minResource, maxResource, seed: spec.seed, objectiveType }), maxResource);
  }
  return spec.earlyStopping === 'Auto' ? new MedianWatch(objectiveType) : undefined;
}

/** Early stopping by SageMaker's median rule. */
class MedianWatch implements TrainingWatch {
  readonly #curves: LearningCurves = emptyCurves();
  readonly #objectiveType: 'Maximize' | 'Minimize';

  constructor(objectiveType: 'Maximize' | 'Minimize') {
    this.#objectiveType = objectiveType;
  }

  reported({ id }: Watched, points: readonly ObjectivePoint[]): StopReason | undefined {
    recordEpochs(this.#curves, id, points);
    return isHopeless(this.#curves, id, this.#objectiveType) ? 'EarlyStopped' : undefined;
  }

  restarted({ id }: Watched): void {
    restartCurve(this.#curves, id);
  }

  ended({ id }: Watched): void {
    closeCurve(this.#curves, id);
  }

  epochs({ id }: Watched): number {
    return this.#curves.running.get(id)?.length ?? 0;
  }
}

/** Hyperband's rungs. Epochs that were heard of before a training job started over are not judged again. */
class RungWatch implements TrainingWatch {
  readonly #rule: ResourceRule;
  readonly #maxResource: number;
  readonly #epochs = new Map<number, number>();

  constructor(rule: ResourceRule, maxResource: number) {
    this.#rule = rule;
    this.#maxResource = maxResource;
  }

  reported({ index }: Watched, points: readonly ObjectivePoint[]): StopReason | undefined {
    for (const { step, value } of points) {
      const epoch = step + 1;
      this.#epochs.set(index, Math.max(epoch, this.#epochs.get(index) ?? 0));
      const decision = this.#rule.record(index, epoch, value);
      if (decision === 'Stop') return 'EarlyStopped';
      // At its last epoch it is about to end by itself, and saves its model on the way; only one that goes on is stopped.
      if (decision === 'Finished' && epoch > this.#maxResource) return 'MaxResourceReached';
    }
    return undefined;
  }

  restarted(): void {}

  ended({ index }: Watched): void {
    this.#rule.ended(index);
    this.#epochs.delete(index);
  }

  epochs({ index }: Watched): number {
    return this.#epochs.get(index) ?? 0;
  }
}
