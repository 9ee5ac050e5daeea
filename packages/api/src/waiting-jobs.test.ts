import type { AgentView, TrainingJobView } from '@fleetune/scheduler';
import { describe, expect, it } from 'vitest';
import { waitingJobs } from './waiting-jobs.js';

function agent(overrides: Partial<AgentView>): AgentView {
  return {
    ...{ id: 'a', name: 'a', state: 'Ready', version: '1', hostName: 'h', cpuMilli: 1000, memoryMib: 1024 },
    ...{ gpuNames: [], sandbox: 'none', classes: [], running: [], lastSeenMs: 0 },
    ...overrides,
  };
}

function job(overrides: Partial<TrainingJobView>, types = ['ml.m5.large']): TrainingJobView {
  return {
    ...{ name: 'job', secondaryStatus: 'Pending', creationTimeMs: 5, attemptCount: 1, transitions: [] },
    spec: { instances: types.map((instanceType) => ({ instanceType, instanceCount: 1, volumeSizeGib: 30 })) },
    ...overrides,
  } as unknown as TrainingJobView;
}

const taken = [{ trainingJobId: 'other', fence: 1 }];
const reasonOf = (one: TrainingJobView, agents: readonly AgentView[]) =>
  waitingJobs([one], agents).trainingJobs[0]?.reason;

describe('why a training job waits', () => {
  it('says that no agent is connected', () => {
    expect(reasonOf(job({}), [agent({ state: 'Offline' })])).toMatch(/No agent is connected/);
  });

  it('says that the room there is, is kept warm for others', () => {
    const keeping = agent({ classes: [{ name: 'ml.m5.large', slots: 1 }], retained: 1 });
    expect(reasonOf(job({}), [keeping])).toBe(
      'Every slot for ml.m5.large is taken, or kept warm for the next training job that matches.',
    );
  });

  it('names what is offered when no agent offers the class', () => {
    const agents = [agent({ classes: [{ name: 'gpu-small', slots: 1 }] })];
    expect(reasonOf(job({}), agents)).toBe('No connected agent offers ml.m5.large; offered: gpu-small.');
  });

  it('says that every slot is taken', () => {
    const agents = [agent({ classes: [{ name: 'ml.m5.large', slots: 1 }], running: taken })];
    expect(reasonOf(job({}), agents)).toBe('Every slot for ml.m5.large is taken.');
  });

  it('takes an agent that offers any class for every class', () => {
    const agents = [agent({ classes: [{ name: '*', slots: 2 }], running: taken })];
    expect(reasonOf(job({}, ['ml.m5.large', 'gpu-small']), agents)).toMatch(/^There is room on ml.m5.large and gpu-/);
  });

  it('counts spot machines for jobs that agreed to them, and for no others', () => {
    const { spec } = job({});
    const agents = [agent({ classes: [{ name: '*:spot', slots: 2 }] })];
    expect(reasonOf(job({ spec: { ...spec, spot: true } }), agents)).toMatch(/^There is room on ml.m5.large on spot;/);
    expect(reasonOf(job({}), agents)).toBe('No connected agent offers ml.m5.large; offered: nothing.');
  });

  it('tells a job that is tried again from one that is new', () => {
    const agents = [agent({ classes: [{ name: 'ml.m5.large', slots: 1 }] })];
    expect(reasonOf(job({ secondaryStatus: 'Restarting' }), agents)).toMatch(/tried again/);
  });

  it('leaves out what an agent has', () => {
    const running = [{ trainingJobId: 'its id', fence: 1 }];
    const starting = job({ id: 'its id', secondaryStatus: 'Starting' });
    expect(waitingJobs([starting], [agent({ running })]).trainingJobs).toEqual([]);
    expect(waitingJobs([starting], [agent({})]).trainingJobs).toHaveLength(1);
  });

  it('counts waiting jobs and slots by class, offered or asked for', () => {
    const agents = [
      agent({ classes: [{ name: 'ml.m5.large', slots: 3 }], running: taken }),
      agent({ classes: [{ name: 'gpu-small', slots: 1 }] }),
    ];
    expect(waitingJobs([job({}), job({}, ['ml.m5.large', 'huge'])], agents).queues).toEqual([
      { instanceClass: 'gpu-small', waitingCount: 0, slotCount: 1, freeSlotCount: 1 },
      { instanceClass: 'huge', waitingCount: 1, slotCount: 0, freeSlotCount: 0 },
      { instanceClass: 'ml.m5.large', waitingCount: 2, slotCount: 3, freeSlotCount: 2 },
    ]);
  });
});
