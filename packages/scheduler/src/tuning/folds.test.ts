import type { AttemptOutcome, CrossValidation } from '@fleetune/domain';
import { describe, expect, it } from 'vitest';
import { type Faults, SimulatedFleet, tuningSpec } from '../simulated-fleet.fixture.js';
import type { TrainingJobState } from '../state.js';

const PLAN: CrossValidation = {
  folds: 3,
  repeats: 1,
  method: 'KFold',
  seed: 1,
  maxParallelFolds: 3,
  minSucceededFolds: 3,
  stopHopeless: false,
};

function start(plan: Partial<CrossValidation> = {}, slots = 4, maxTrainingJobs = 2, faults?: Faults) {
  const fleet = new SimulatedFleet(1, [slots], faults);
  const limits = { maxTrainingJobs, maxParallelTrainingJobs: 1 };
  fleet.submit('tune', { ...tuningSpec(limits), crossValidation: { ...PLAN, ...plan } });
  fleet.tick();
  return fleet;
}

const parents = (fleet: SimulatedFleet) => [...fleet.trainingJobs.values()].filter((job) => job.tuning !== undefined);
const foldsOf = (fleet: SimulatedFleet, parent: TrainingJobState | undefined) =>
  [...fleet.trainingJobs.values()]
    .filter((job) => job.fold?.parentId === parent?.id)
    .sort((a, b) => (a.fold?.position ?? 0) - (b.fold?.position ?? 0));
const tuning = (fleet: SimulatedFleet) => fleet.tuningJobs.get('tune');

function runToEnd(fleet: SimulatedFleet): void {
  for (let second = 0; second < 20_000 && tuning(fleet)?.endedAtMs === undefined; second++) fleet.tick();
  expect(tuning(fleet)?.endedAtMs).toBeDefined();
}

/** What the agent reports of a fold at its end. */
function report(fleet: SimulatedFleet, fold: TrainingJobState | undefined, outcome: AttemptOutcome, score: number) {
  if (fold === undefined) throw new Error('There is no such fold.');
  const key = { trainingJobId: fold.id, fence: fold.fence };
  const finalMetrics = [{ name: 'score', value: score, timestampMs: fleet.nowMs }];
  fleet.post({ kind: 'AttemptReported', agentId: 'agent-0', result: { key, outcome, finalMetrics } });
}

const SUCCEEDED: AttemptOutcome = { kind: 'Succeeded' };

describe('a cross-validated training job', () => {
  it('takes the mean of its folds for its objective, and tells how sure it is', () => {
    const fleet = start({}, 4, 1);
    const [parent] = parents(fleet);
    const folds = foldsOf(fleet, parent);
    expect(folds.map(({ name }) => name.replace(/-[0-9a-f]{8}$/, ''))).toEqual(
      [1, 2, 3].map((number) => `${parent?.name}-f${number}`),
    );
    for (const [index, fold] of folds.entries()) report(fleet, fold, SUCCEEDED, 0.1 * (index + 1));
    expect(fleet.trainingJobs.get(parent?.id ?? '')).toMatchObject({
      status: 'Completed',
      objective: expect.closeTo(0.2, 12),
      finalMetrics: [
        { name: 'score', value: expect.closeTo(0.2, 12) },
        { name: 'score:standard_error', value: expect.closeTo(0.1 / Math.sqrt(3), 12) },
      ],
    });
    expect(tuning(fleet)).toMatchObject({ status: 'Completed', completed: 1, best: { trainingJobId: parent?.id } });
  });

  it('tells each fold which part of the data is its own', () => {
    const [parent, fleet] = (() => {
      const started = start();
      return [parents(started)[0], started] as const;
    })();
    expect(foldsOf(fleet, parent).map(({ spec }) => spec.environment.FLEETUNE_FOLD)).toEqual(['0', '1', '2']);
  });

  it('counts as one training job, however many folds run', () => {
    const fleet = start({}, 8, 4);
    expect(parents(fleet)).toHaveLength(1);
    expect(foldsOf(fleet, parents(fleet)[0])).toHaveLength(3);
    runToEnd(fleet);
    expect(tuning(fleet)).toMatchObject({ status: 'Completed', launched: 4, completed: 4 });
    expect(fleet.maxRunning).toBe(1);
  });

  it('runs no more folds at once than it may', () => {
    const fleet = start({ folds: 5, maxParallelFolds: 2, minSucceededFolds: 5 }, 8, 1);
    const [parent] = parents(fleet);
    expect(foldsOf(fleet, parent)).toHaveLength(2);
    report(fleet, foldsOf(fleet, parent)[0], SUCCEEDED, 0.5);
    expect(foldsOf(fleet, parent)).toHaveLength(3);
    runToEnd(fleet);
    expect(foldsOf(fleet, parent)).toHaveLength(5);
  });

  it('fails with the reason of a fold that failed, and stops the others', () => {
    const fleet = start({}, 4, 1);
    const [parent] = parents(fleet);
    const [first, second] = foldsOf(fleet, parent);
    report(fleet, first, { kind: 'AlgorithmError', reason: 'no such column', exitCode: 1 }, Number.NaN);
    expect(fleet.trainingJobs.get(second?.id ?? '')).toMatchObject({
      status: 'Stopping',
      stopReason: 'FoldsAbandoned',
    });
    runToEnd(fleet);
    expect(fleet.trainingJobs.get(parent?.id ?? '')).toMatchObject({
      status: 'Failed',
      failureReason: expect.stringMatching(
        /-f1-[0-9a-f]{8} failed, and 2 of 3 folds are fewer than the 3 needed.*no such column/,
      ),
    });
    expect(tuning(fleet)).toMatchObject({ status: 'Failed', nonRetryableErrors: 1 });
  });

  it('fails when a fold is stopped by itself: the mean of the others is no answer', () => {
    const fleet = start({}, 4, 1);
    const [parent] = parents(fleet);
    const [first] = foldsOf(fleet, parent);
    fleet.post({ kind: 'TrainingJobStopRequested', trainingJobId: first?.id ?? '' });
    runToEnd(fleet);
    expect(fleet.trainingJobs.get(parent?.id ?? '')).toMatchObject({
      status: 'Failed',
      failureReason: expect.stringMatching(/-f1-[0-9a-f]{8} was stopped, and 2 of 3 folds are fewer/),
    });
  });

  it('bears failed folds where that is allowed', () => {
    const fleet = start({ minSucceededFolds: 2 }, 4, 1);
    const [parent] = parents(fleet);
    const [first, ...others] = foldsOf(fleet, parent);
    report(fleet, first, { kind: 'AlgorithmError', reason: 'no such column', exitCode: 1 }, Number.NaN);
    for (const fold of others) report(fleet, fold, SUCCEEDED, 0.4);
    expect(fleet.trainingJobs.get(parent?.id ?? '')).toMatchObject({ status: 'Completed', objective: 0.4 });
  });

  it('is stopped when its folds are worse than the worst fold of the best, and teaches what it had', () => {
    const fleet = start({ stopHopeless: true, maxParallelFolds: 1 }, 4, 2);
    const [best] = parents(fleet);
    for (let index = 0; index < 3; index++) {
      report(fleet, foldsOf(fleet, best)[index], SUCCEEDED, 0.8);
      fleet.tick();
    }
    const [, poor] = parents(fleet);
    for (let index = 0; index < 2; index++) {
      report(fleet, foldsOf(fleet, poor)[index], SUCCEEDED, 0.1);
      fleet.tick();
    }
    expect(foldsOf(fleet, poor)).toHaveLength(2);
    expect(fleet.trainingJobs.get(poor?.id ?? '')).toMatchObject({
      status: 'Stopped',
      stopReason: 'EarlyStopped',
      objective: 0.1,
    });
    expect(tuning(fleet)).toMatchObject({ status: 'Completed', completed: 1, stopped: 1 });
  });

  it('stops with its folds', () => {
    const fleet = start();
    const [parent] = parents(fleet);
    fleet.post({ kind: 'TrainingJobStopRequested', trainingJobId: parent?.id ?? '' });
    for (let second = 0; second < 60; second++) fleet.tick();
    expect(foldsOf(fleet, parent).map(({ status }) => status)).toEqual(['Stopped', 'Stopped', 'Stopped']);
    expect(fleet.trainingJobs.get(parent?.id ?? '')).toMatchObject({ status: 'Stopped', stopReason: 'UserRequested' });
  });
});

describe('with every fault there is', () => {
  const FAULTS: Faults = {
    loseQueueEntry: 0.2,
    doubleQueueEntry: 0.2,
    killAgent: 0.01,
    dropMessage: 0.05,
    restartServer: 0.01,
    failAttempt: 0.02,
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('each training job gets all its folds, once (seed %i)', (seed) => {
    const fleet = new SimulatedFleet(seed, [2, 3], FAULTS);
    const limits = { maxTrainingJobs: 6, maxParallelTrainingJobs: 2 };
    fleet.submit('tune', { ...tuningSpec(limits), crossValidation: { ...PLAN, maxParallelFolds: 2 } });
    runToEnd(fleet);
    expect(tuning(fleet)?.launched).toBe(6);
    for (const parent of parents(fleet)) {
      const folds = foldsOf(fleet, parent);
      expect(folds.every((fold) => fold.endedAtMs !== undefined)).toBe(true);
      expect(new Set(folds.map((fold) => fold.fold?.position)).size).toBe(folds.length);
      if (parent.status !== 'Completed') continue;
      const scores = folds.map((fold) => fold.objective ?? Number.NaN);
      expect(parent.objective).toBeCloseTo(scores.reduce((sum, score) => sum + score, 0) / 3, 12);
    }
  });
});
