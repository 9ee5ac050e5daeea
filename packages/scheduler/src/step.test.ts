import { describe, expect, it } from 'vitest';
import { newTrainingJobProgress } from './new-training-job.js';
import { type Faults, SimulatedFleet, TRAINING_SPEC, tuningSpec } from './simulated-fleet.fixture.js';
import type { TrainingJobState } from './state.js';

const SECONDS_TO_SETTLE = 5_000;

function runToEnd(fleet: SimulatedFleet, seconds = SECONDS_TO_SETTLE): void {
  for (let second = 0; second < seconds; second += 1) {
    fleet.tick();
    if ([...fleet.tuningJobs.values()].every((job) => job.endedAtMs !== undefined)) return;
  }
  throw new Error('a tuning job never ended');
}

function tuning(fleet: SimulatedFleet, name = 'tune') {
  const job = fleet.tuningJobs.get(name);
  if (job === undefined) throw new Error(`no tuning job ${name}`);
  return job;
}

function hello(agentId: string, epoch: string, held: { trainingJobId: string; fence: number }[]) {
  return { kind: 'AgentConnected', agentId, epoch, offers: new Map([['small', 1]]), held, kept: [] } as const;
}

describe('a tuning job on a healthy fleet', () => {
  it('runs exactly MaxNumber training jobs, at most MaxParallel at once, and completes', () => {
    const fleet = new SimulatedFleet(1, [4, 4]);
    fleet.submit('tune', tuningSpec({ maxTrainingJobs: 40, maxParallelTrainingJobs: 5 }));
    runToEnd(fleet);
    expect(tuning(fleet)).toMatchObject({ status: 'Completed', completed: 40, launched: 40, objectiveSucceeded: 40 });
    expect(tuning(fleet).completionReason).toBe('MaxTrainingJobsReached');
    expect(fleet.maxRunning).toBe(5);
    expect(fleet.told.size).toBe(40);
  });

  it('remembers the best training job', () => {
    const fleet = new SimulatedFleet(2, [3]);
    fleet.submit('tune', tuningSpec({ maxTrainingJobs: 12, maxParallelTrainingJobs: 3 }));
    runToEnd(fleet);
    const objectives = [...fleet.trainingJobs.values()].map((job) => job.objective ?? Number.NaN);
    expect(tuning(fleet).best?.objective).toBe(Math.max(...objectives));
  });

  it('ends when the target is reached and stops what still runs', () => {
    const fleet = new SimulatedFleet(3, [6]);
    fleet.submit(
      'tune',
      tuningSpec({ maxTrainingJobs: 500, maxParallelTrainingJobs: 6 }, { targetObjectiveValue: 0.9 }),
    );
    runToEnd(fleet);
    const job = tuning(fleet);
    expect(job.completionReason).toBe('TargetObjectiveReached');
    expect(job.best?.objective).toBeGreaterThanOrEqual(0.9);
    expect(job.launched).toBeLessThan(500);
    expect(job.stopped).toBeGreaterThan(0);
  });

  it('ends when nothing has improved for as long as asked', () => {
    const fleet = new SimulatedFleet(4, [2]);
    fleet.submit(
      'tune',
      tuningSpec({ maxTrainingJobs: 500, maxParallelTrainingJobs: 2 }, { maxTrainingJobsNotImproving: 8 }),
    );
    runToEnd(fleet);
    expect(tuning(fleet)).toMatchObject({ completionReason: 'NotImproving', status: 'Completed' });
  });

  it('ends at its own time limit', () => {
    const fleet = new SimulatedFleet(5, [2]);
    fleet.submit('tune', tuningSpec({ maxParallelTrainingJobs: 2, maxRuntimeSeconds: 100 }));
    runToEnd(fleet);
    expect(tuning(fleet).completionReason).toBe('MaxRuntimeReached');
    expect((tuning(fleet).endedAtMs ?? 0) - tuning(fleet).createdAtMs).toBeLessThan(110_000);
  });

  it('stops on request: nothing more is launched and what runs is stopped', () => {
    const fleet = new SimulatedFleet(6, [4]);
    fleet.submit('tune', tuningSpec({ maxTrainingJobs: 100, maxParallelTrainingJobs: 4 }));
    fleet.tick();
    fleet.tick();
    fleet.post({ kind: 'TuningJobStopRequested', tuningJobId: 'tune' });
    const launched = tuning(fleet).launched;
    runToEnd(fleet);
    expect(tuning(fleet)).toMatchObject({ status: 'Stopped', launched, stopped: 4 });
  });

  it('waits in the store while no agent is there, and says so', () => {
    const fleet = new SimulatedFleet(7, []);
    fleet.submit('tune', tuningSpec({ maxTrainingJobs: 2, maxParallelTrainingJobs: 2 }));
    fleet.tick();
    const [first] = fleet.trainingJobs.values();
    expect(first).toMatchObject({ status: 'InProgress', secondaryStatus: 'Starting', fence: 0 });
    expect(first?.transitions[0]?.statusMessage).toBe('Waiting for a free instance');
  });
});

describe('early stopping', () => {
  function reportEpochs(fleet: SimulatedFleet, trainingJobId: string, values: readonly number[]): void {
    const points = values.map((value, step) => ({ name: 'score', value, step, timestampMs: fleet.nowMs }));
    fleet.post({ kind: 'MetricsReported', agentId: 'agent-0', key: { trainingJobId, fence: 1 }, points });
  }

  it('stops a training job that is worse than the median of those before it, and counts its objective', () => {
    const fleet = new SimulatedFleet(1, [4]);
    const limits = { maxTrainingJobs: 4, maxParallelTrainingJobs: 4 };
    fleet.submit('tune', { ...tuningSpec(limits), earlyStopping: 'Auto' });
    fleet.tick();
    const [first, second, third, last] = [...fleet.state.trainingJobs.keys()] as [string, string, string, string];
    for (const id of [first, second, third]) {
      reportEpochs(fleet, id, [0.5, 0.6, 0.7, 0.8]);
      const finalMetrics = [{ name: 'score', value: 0.8, timestampMs: fleet.nowMs }];
      const result = { key: { trainingJobId: id, fence: 1 }, outcome: { kind: 'Succeeded' } as const, finalMetrics };
      fleet.post({ kind: 'AttemptReported', agentId: 'agent-0', result });
    }
    reportEpochs(fleet, last, [0.1, 0.1, 0.1]);
    expect(fleet.trainingJobs.get(last)?.status).toBe('InProgress');
    reportEpochs(fleet, last, [0.1, 0.1, 0.1, 0.1]);
    expect(fleet.trainingJobs.get(last)).toMatchObject({ status: 'Stopping', stopReason: 'EarlyStopped' });
    runToEnd(fleet);
    expect(tuning(fleet)).toMatchObject({ status: 'Completed', completed: 3, stopped: 1, objectiveSucceeded: 4 });
  });
});

describe('Hyperband', () => {
  const limits = { maxTrainingJobs: 4, maxParallelTrainingJobs: 4 };
  const hyperband = { ...tuningSpec(limits), strategy: { name: 'Hyperband', minResource: 1, maxResource: 9 } as const };

  function start() {
    const fleet = new SimulatedFleet(1, [4]);
    fleet.submit('tune', hyperband);
    fleet.tick();
    return { fleet, ids: [...fleet.state.trainingJobs.keys()] as [string, string, string, string] };
  }

  function report(fleet: SimulatedFleet, trainingJobId: string, step: number, value: number): void {
    const points = [{ name: 'score', value, step, timestampMs: fleet.nowMs }];
    fleet.post({ kind: 'MetricsReported', agentId: 'agent-0', key: { trainingJobId, fence: 1 }, points });
  }

  it('stops a training job at a rung where others are better, and counts its objective', () => {
    const { fleet, ids } = start();
    for (const step of [0, 1, 2]) {
      for (const [rank, id] of ids.entries()) report(fleet, id, step, 1 - rank / 10);
    }
    const stopped = ids.filter((id) => fleet.trainingJobs.get(id)?.stopReason === 'EarlyStopped');
    expect(stopped).not.toContain(ids[0]);
    expect(stopped).toContain(ids[3]);
    runToEnd(fleet);
    expect(tuning(fleet)).toMatchObject({ status: 'Completed', objectiveSucceeded: 4 });
  });

  it('lets the last epoch end by itself, stops one that goes on, and lets that be the best', () => {
    const { fleet, ids } = start();
    for (let step = 0; step < 9; step++) report(fleet, ids[0], step, 0.9);
    expect(fleet.trainingJobs.get(ids[0])?.status).toBe('InProgress');
    report(fleet, ids[0], 9, 0.9);
    expect(fleet.trainingJobs.get(ids[0])).toMatchObject({ status: 'Stopping', stopReason: 'MaxResourceReached' });
    const finalMetrics = [{ name: 'score', value: 0.9, timestampMs: fleet.nowMs }];
    const outcome = { kind: 'Stopped', stopReason: 'MaxResourceReached' } as const;
    fleet.post({
      kind: 'AttemptReported',
      agentId: 'agent-0',
      result: { key: { trainingJobId: ids[0], fence: 1 }, outcome, finalMetrics },
    });
    expect(tuning(fleet)?.best).toEqual({ trainingJobId: ids[0], objective: 0.9 });
  });
});

describe('one training job', () => {
  function start(instances = TRAINING_SPEC.instances) {
    const fleet = new SimulatedFleet(1, []);
    const job: TrainingJobState = {
      id: 'job',
      tenant: 'default',
      name: 'job',
      spec: { ...TRAINING_SPEC, instances },
      createdAtMs: fleet.nowMs,
      ...newTrainingJobProgress(fleet.nowMs),
    };
    fleet.post({ kind: 'TrainingJobCreated', job });
    return { fleet, job };
  }

  function connect(
    fleet: SimulatedFleet,
    agentId: string,
    instanceClass: string,
    held: { trainingJobId: string; fence: number }[] = [],
  ) {
    fleet.agents.push({ id: agentId, slots: 1, connected: true, running: new Map() });
    fleet.post({ ...hello(agentId, agentId, held), offers: new Map([[instanceClass, 1]]) });
  }

  it('never ends before it started, though agent and server go by different clocks', () => {
    const { fleet, job } = start();
    connect(fleet, 'a', 'small');
    const key = { trainingJobId: 'job', fence: 1 };
    fleet.post({ kind: 'ClaimRequested', agentId: 'a', key });
    fleet.post({ kind: 'PhaseChanged', agentId: 'a', key, phase: 'Training', message: '' });
    const [trainingStartMs, trainingEndMs] = [fleet.nowMs - 3_000, fleet.nowMs - 1_000];
    const outcome = { kind: 'Succeeded' } as const;
    const finalMetrics: [] = [];
    const result = { key, outcome, finalMetrics, trainingStartMs, trainingEndMs };
    fleet.post({ kind: 'AttemptReported', agentId: 'a', result });
    expect(job.trainingMs).toBe(2_000);
    expect(job.trainingEndMs).toBeGreaterThanOrEqual(job.trainingStartMs ?? Number.NaN);
  });

  it('falls back to the next instance type when no agent offers the first', () => {
    const { fleet, job } = start([
      { instanceType: 'large', instanceCount: 1, volumeSizeGib: 1 },
      { instanceType: 'small', instanceCount: 1, volumeSizeGib: 1 },
    ]);
    connect(fleet, 'a', 'small');
    expect(job.attempt).toMatchObject({ instanceClass: 'small', instanceIndex: 1, state: 'Queued' });
  });

  it('is not held up by attempts of another class whose agents are gone', () => {
    const { fleet, job } = start([{ instanceType: 'b', instanceCount: 1, volumeSizeGib: 1 }]);
    fleet.state.queuedByClass.set('a', 100);
    connect(fleet, 'only-b', 'b');
    expect(job.attempt).toMatchObject({ instanceClass: 'b', state: 'Queued' });
  });

  it('moves down the fallback list when the last agent of its class goes', () => {
    const { fleet, job } = start([
      { instanceType: 'large', instanceCount: 1, volumeSizeGib: 1 },
      { instanceType: 'small', instanceCount: 1, volumeSizeGib: 1 },
    ]);
    connect(fleet, 'a', 'large');
    fleet.post({ kind: 'AgentDisconnected', agentId: 'a', epoch: 'a' });
    connect(fleet, 'b', 'small');
    expect(job.attempt).toMatchObject({ instanceClass: 'large', state: 'Queued' });
    fleet.nowMs += 60_000;
    fleet.post({ kind: 'LeasesRenewed', agentId: 'b', keys: [], sentAtMonotonicMs: 0n });
    fleet.post({ kind: 'Ticked' });
    expect(job).toMatchObject({ fence: 2, attempt: { instanceClass: 'small', state: 'Queued' } });
  });

  it('shows each phase once, however often an agent repeats it', () => {
    const { fleet, job } = start();
    connect(fleet, 'a', 'small');
    const key = { trainingJobId: 'job', fence: 1 };
    fleet.post({ kind: 'ClaimRequested', agentId: 'a', key });
    for (const phase of ['Starting', 'Downloading', 'Training', 'Starting', 'Downloading', 'Training'] as const) {
      fleet.post({ kind: 'PhaseChanged', agentId: 'a', key, phase, message: '' });
    }
    expect(job.transitions.map((transition) => transition.status)).toEqual(['Starting', 'Downloading', 'Training']);
  });

  it('does not wait for an agent that has not been heard of for longer than a lease', () => {
    const { fleet, job } = start();
    connect(fleet, 'a', 'small');
    fleet.post({ kind: 'ClaimRequested', agentId: 'a', key: { trainingJobId: 'job', fence: 1 } });
    fleet.agents[0]?.running.clear();
    fleet.nowMs += 45_000;
    fleet.post({ kind: 'Ticked' });
    expect(fleet.state.agents.get('a')?.state).toBe('Silent');
    expect(job.attempt?.state).toBe('Ended');
    fleet.post({ kind: 'LeasesRenewed', agentId: 'a', keys: [], sentAtMonotonicMs: 0n });
    expect(job.attempt).toMatchObject({ fence: 2, state: 'Queued' });
  });

  it('refuses a claim with an old fence and a second claim of the same attempt', () => {
    const { fleet, job } = start();
    connect(fleet, 'a', 'small');
    connect(fleet, 'b', 'small');
    fleet.post({ kind: 'ClaimRequested', agentId: 'a', key: { trainingJobId: 'job', fence: 1 } });
    fleet.post({ kind: 'ClaimRequested', agentId: 'b', key: { trainingJobId: 'job', fence: 1 } });
    fleet.post({ kind: 'ClaimRequested', agentId: 'b', key: { trainingJobId: 'job', fence: 0 } });
    expect(job.attempt).toMatchObject({ state: 'Leased', agentId: 'a' });
    expect(fleet.agents[1]?.running.size).toBe(0);
  });

  it('gives up a lease that nobody renewed and starts attempt 2, after the agent must have killed attempt 1', () => {
    const { fleet, job } = start();
    connect(fleet, 'a', 'small');
    fleet.post({ kind: 'ClaimRequested', agentId: 'a', key: { trainingJobId: 'job', fence: 1 } });
    fleet.nowMs += 44_999;
    // The agent is alive; it only does not renew this lease.
    fleet.post({ kind: 'LeasesRenewed', agentId: 'a', keys: [], sentAtMonotonicMs: 0n });
    fleet.post({ kind: 'Ticked' });
    expect(job.fence).toBe(1);
    fleet.agents[0]?.running.clear();
    fleet.nowMs += 1;
    fleet.post({ kind: 'Ticked' });
    expect(job).toMatchObject({ fence: 2, losses: 1, status: 'InProgress' });
    expect(job.transitions.map((transition) => transition.status)).toEqual(['Starting', 'Interrupted']);
  });

  it('does not count a result that carries an old fence', () => {
    const { fleet, job } = start();
    connect(fleet, 'a', 'small');
    fleet.post({ kind: 'ClaimRequested', agentId: 'a', key: { trainingJobId: 'job', fence: 1 } });
    fleet.agents[0]?.running.clear();
    fleet.nowMs += 45_000;
    fleet.post({ kind: 'Ticked' });
    const result = {
      key: { trainingJobId: 'job', fence: 1 },
      outcome: { kind: 'Succeeded' } as const,
      finalMetrics: [],
    };
    fleet.post({ kind: 'AttemptReported', agentId: 'a', result });
    expect(job.status).toBe('InProgress');
  });

  it('fails at once by an error of the program, with its reason', () => {
    const { fleet } = start();
    connect(fleet, 'a', 'small');
    fleet.post({ kind: 'ClaimRequested', agentId: 'a', key: { trainingJobId: 'job', fence: 1 } });
    const outcome = { kind: 'AlgorithmError', reason: 'ValueError: no rows', exitCode: 1 } as const;
    fleet.post({
      kind: 'AttemptReported',
      agentId: 'a',
      result: { key: { trainingJobId: 'job', fence: 1 }, outcome, finalMetrics: [] },
    });
    expect(fleet.trainingJobs.get('job')).toMatchObject({
      status: 'Failed',
      failureReason: 'AlgorithmError: ValueError: no rows',
      fence: 1,
    });
  });

  it('stops at once while it waits, and through its agent while it runs', () => {
    const waiting = start();
    waiting.fleet.post({ kind: 'TrainingJobStopRequested', trainingJobId: 'job' });
    expect(waiting.fleet.trainingJobs.get('job')).toMatchObject({ status: 'Stopped', secondaryStatus: 'Stopped' });

    const { fleet, job } = start();
    connect(fleet, 'a', 'small');
    fleet.post({ kind: 'ClaimRequested', agentId: 'a', key: { trainingJobId: 'job', fence: 1 } });
    fleet.post({ kind: 'TrainingJobStopRequested', trainingJobId: 'job' });
    expect(job.status).toBe('Stopping');
    const outcome = { kind: 'Stopped', stopReason: 'UserRequested' } as const;
    fleet.post({
      kind: 'AttemptReported',
      agentId: 'a',
      result: { key: { trainingJobId: 'job', fence: 1 }, outcome, finalMetrics: [] },
    });
    expect(fleet.trainingJobs.get('job')).toMatchObject({ status: 'Stopped', secondaryStatus: 'Stopped' });
  });

  it('goes on when its agent comes back with it, and is lost at once when the agent comes back and renews without it', () => {
    const { fleet, job } = start();
    connect(fleet, 'a', 'small');
    const key = { trainingJobId: 'job', fence: 1 };
    fleet.post({ kind: 'ClaimRequested', agentId: 'a', key });
    fleet.post({ kind: 'AgentDisconnected', agentId: 'a', epoch: 'a' });
    fleet.post(hello('a', 'a2', [key]));
    expect(job).toMatchObject({ fence: 1, losses: 0 });
    fleet.agents[0]?.running.clear();
    fleet.post(hello('a', 'a3', []));
    expect(job).toMatchObject({ fence: 1, losses: 0 });
    fleet.post({ kind: 'LeasesRenewed', agentId: 'a', keys: [], sentAtMonotonicMs: 0n });
    expect(job).toMatchObject({ fence: 2, losses: 1 });
  });

  it('goes on when a hello arrives that was sent before it was leased', () => {
    const { fleet, job } = start();
    connect(fleet, 'a', 'small');
    const key = { trainingJobId: 'job', fence: 1 };
    fleet.post({ kind: 'ClaimRequested', agentId: 'a', key });
    fleet.post(hello('a', 'late', []));
    fleet.post(hello('a', 'a2', [key]));
    fleet.post({ kind: 'LeasesRenewed', agentId: 'a', keys: [key], sentAtMonotonicMs: 0n });
    expect(job).toMatchObject({ fence: 1, losses: 0, attempt: { state: 'Leased' } });
  });
});

describe('a fleet that fails in every way', () => {
  const FAULTS: Faults = {
    loseQueueEntry: 0.1,
    doubleQueueEntry: 0.1,
    killAgent: 0.005,
    dropMessage: 0.05,
    restartServer: 0.01,
    failAttempt: 0.05,
  };

  it.each(Array.from({ length: 40 }, (_, index) => index + 1))(
    'loses nothing and counts nothing twice, seed %i',
    (seed) => {
      const fleet = new SimulatedFleet(seed, [3, 2, 4], FAULTS);
      fleet.submit('first', tuningSpec({ maxTrainingJobs: 30, maxParallelTrainingJobs: 4 }));
      fleet.submit('second', tuningSpec({ maxTrainingJobs: 25, maxParallelTrainingJobs: 7 }));
      runToEnd(fleet);
      for (const [name, asked] of [
        ['first', 30],
        ['second', 25],
      ] as const) {
        const job = tuning(fleet, name);
        expect(job.launched).toBe(asked);
        expect(job.completed + job.retryableErrors).toBe(asked);
      }
    },
  );
});
