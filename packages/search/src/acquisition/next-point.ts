import type { Configuration } from '@fleetune/domain';
import type { Posterior } from '../gp/posterior.js';
import type { RandomStream } from '../random-stream.js';
import type { SobolSequence } from '../sobol-sequence.js';
import type { SearchSpace } from '../space.js';
import { nearbyCandidates, spreadCandidates } from './candidates.js';
import { logExpectedImprovement } from './log-ei.js';
import { polish, type ScoredPoint } from './polish.js';

/** Finite spaces up to this size are looked at whole. */
const ENUMERATED_SIZE = 1_024;

interface AcquisitionTask {
  readonly space: SearchSpace;
  readonly posterior: Posterior;
  /** Posterior mean to improve upon. */
  readonly incumbent: number;
  /** Good points to look around. */
  readonly centres: readonly Float64Array[];
  readonly sequence: SobolSequence;
  readonly stream: RandomStream;
  readonly isSeen: (configuration: Configuration) => boolean;
  /** Whether a point probably has the very value of one that is known. */
  readonly isOnPlateau: (point: Float64Array) => boolean;
}

export interface NextPoint extends ScoredPoint {
  readonly configuration: Configuration;
}

/**
 * The configuration, not yet seen, with about the greatest expected improvement, and off all plateaus where there is
 * one; undefined when every candidate had been seen.
 */
export function nextPoint(task: AcquisitionTask): NextPoint | undefined {
  const { space, posterior, incumbent } = task;
  const effort = effortAt(posterior.size);
  const isSmall = space.size <= ENUMERATED_SIZE;
  const drawn = isSmall ? unseenPoints(task) : drawCandidates(task, effort);
  const apart = drawn.filter((point) => !task.isOnPlateau(point));
  const candidates = apart.length > 0 ? apart : drawn;
  const shortlist = candidates
    .map((point) => ({ point, score: logExpectedImprovement(posterior.roughly(point), incumbent).value }))
    .sort(byScore)
    .slice(0, effort.exact)
    .map(({ point }) => ({ point, score: logExpectedImprovement(posterior.predict(point), incumbent).value }))
    .sort(byScore);
  const polished = isSmall
    ? []
    : shortlist.slice(0, effort.starts).map((start) => polish(start, space, posterior, incumbent, effort.climb));
  const unseen = [...polished.sort(byScore), ...shortlist].flatMap((scored) => {
    const configuration = space.decode(scored.point);
    return task.isSeen(configuration) ? [] : [{ ...scored, configuration }];
  });
  return unseen.find(({ point }) => !task.isOnPlateau(point)) ?? unseen[0];
}

interface Effort {
  readonly spread: number;
  readonly nearby: number;
  /** Candidates whose variance is computed exactly. */
  readonly exact: number;
  /** Candidates that are polished, and evaluations for each. */
  readonly starts: number;
  readonly climb: number;
}

/** Less looking around as each look grows dearer. */
function effortAt(size: number): Effort {
  const dearness = Math.max(1, size / 100);
  return {
    spread: Math.ceil(500 / dearness),
    nearby: Math.ceil(300 / dearness),
    exact: Math.ceil(80 / dearness ** 1.5),
    starts: size <= 150 ? 3 : 2,
    climb: Math.max(12, Math.ceil(30 / dearness)),
  };
}

function drawCandidates({ space, sequence, centres, stream }: AcquisitionTask, effort: Effort): Float64Array[] {
  return [
    ...spreadCandidates(space, sequence, effort.spread, stream),
    ...nearbyCandidates(space, centres, effort.nearby, stream),
  ];
}

function unseenPoints({ space, isSeen }: AcquisitionTask): Float64Array[] {
  return Array.from({ length: space.size }, (_, rank) => space.at(rank))
    .filter((configuration) => !isSeen(configuration))
    .map((configuration) => space.encode(configuration));
}

function byScore(a: ScoredPoint, b: ScoredPoint): number {
  return b.score - a.score;
}
