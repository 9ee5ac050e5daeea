import { describeClass } from '@fleetune/domain';
import { type AgentView, anyClassFor, instanceCandidates, type TrainingJobView } from '@fleetune/scheduler';
import type { Waiting } from './contract/waiting.js';

/** Which of the jobs wait, for what and why, as far as jobs and agents tell. */
export function waitingJobs(
  jobs: readonly TrainingJobView[],
  agents: readonly AgentView[],
): Pick<Waiting, 'queues' | 'trainingJobs'> {
  const ready = agents.filter((agent) => agent.state === 'Ready');
  // A job that lies on a queue is as much Starting as one that an agent starts: only the lease tells them apart.
  const leased = new Set(agents.flatMap((agent) => agent.running.map(({ trainingJobId }) => trainingJobId)));
  const waiting = jobs.filter((job) => !leased.has(job.id));
  const counts = new Map<string, number>();
  for (const name of waiting.flatMap(classesOf)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const classes = [...new Set([...counts.keys(), ...ready.flatMap(offeredNames)])].sort();
  return {
    queues: classes.map((instanceClass) => ({
      instanceClass,
      waitingCount: counts.get(instanceClass) ?? 0,
      ...room(instanceClass, ready),
    })),
    trainingJobs: waiting.map((job) => ({
      name: job.name,
      tuningJobName: job.tuning?.tuningJobName,
      secondaryStatus: job.secondaryStatus,
      instanceTypes: typesOf(job),
      sinceMs: job.transitions.at(-1)?.startTimeMs ?? job.creationTimeMs,
      reason: reason(job, ready),
    })),
  };
}

function reason(job: TrainingJobView, ready: readonly AgentView[]): string {
  if (ready.length === 0) return 'No agent is connected. Start one with "fleetune agent", or "fleetune up" here.';
  const classes = classesOf(job);
  const offering = classes.filter((name) => room(name, ready).slotCount > 0);
  if (offering.length === 0) {
    const offered = [...new Set(ready.flatMap(offeredNames))].sort();
    const rest = offered.length === 0 ? 'nothing' : offered.join(', ');
    return `No connected agent offers ${classes.map(describeClass).join(' or ')}; offered: ${rest}.`;
  }
  const free = offering.filter((name) => room(name, ready).freeSlotCount > 0);
  if (free.length === 0) {
    const isKept = ready.some(({ retained = 0 }) => retained > 0);
    const kept = isKept ? ', or kept warm for the next training job that matches' : '';
    return `Every slot for ${offering.map(describeClass).join(' and ')} is taken${kept}.`;
  }
  if (job.secondaryStatus === 'Interrupted' || job.secondaryStatus === 'Restarting') {
    return 'Its last attempt was lost or interrupted; it is tried again after a short wait.';
  }
  return `There is room on ${free.map(describeClass).join(' and ')}; an agent is about to take it.`;
}

function typesOf(job: TrainingJobView): string[] {
  return [...new Set(job.spec.instances.map((instance) => instance.instanceType))];
}

/** Under which names agents may serve it. */
function classesOf(job: TrainingJobView): string[] {
  return [...new Set(instanceCandidates(job.spec, false).map((candidate) => candidate.instanceType))];
}

function offeredNames(agent: AgentView): string[] {
  return agent.classes.filter(({ name, slots }) => name !== anyClassFor(name) && slots > 0).map(({ name }) => name);
}

/** An agent serves several classes out of one inventory: what it runs or keeps takes room from each. */
function room(instanceClass: string, ready: readonly AgentView[]): { slotCount: number; freeSlotCount: number } {
  let slotCount = 0;
  let freeSlotCount = 0;
  for (const agent of ready) {
    const slots = slotsFor(instanceClass, agent);
    slotCount += slots;
    freeSlotCount += Math.max(0, slots - agent.running.length - (agent.retained ?? 0));
  }
  return { slotCount, freeSlotCount };
}

function slotsFor(instanceClass: string, agent: AgentView): number {
  const named = agent.classes.find((offered) => offered.name === instanceClass);
  const any = agent.classes.find((offered) => offered.name === anyClassFor(instanceClass));
  return (named ?? any)?.slots ?? 0;
}
