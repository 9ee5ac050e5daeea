import { DEFAULT_SETTINGS, newTrainingJobProgress, restoreState, step } from '@fleetune/scheduler';
import { Timeline } from '@fleetune/scheduler/simulator';

/** From the lease to the first step of training: environment, data, checkpoint. */
const STARTUP_MS = 120_000;
const TICK_MS = 30_000;
const SETTINGS = { ...DEFAULT_SETTINGS, leaseTtlMs: 300_000, demandLingerMs: 1e12 };
const JOB = 'job';

/**
 * One training job in virtual time, decided by the scheduler's own `step`, while a spot machine comes and goes.
 *
 * @param spans when the spot machine is there, from the start of the job.
 * @param checkpointEveryMs undefined for a program that begins anew each time. Nothing is saved at the notice: the
 * worst that can happen.
 * @returns undefined when the trace ends before the training does.
 */
export function trainOnce({ trainingMs, checkpointEveryMs, spot, spotOnly, spans, lengthMs }) {
  const timeline = new Timeline(1_700_000_000_000);
  const startMs = timeline.nowMs;
  const state = restoreState({ tuningJobs: [], trainingJobs: [], warmPools: [] }, { ...SETTINGS, spotOnly }, startMs);
  const machines = new Map();
  const lostMs = [];
  let savedMs = 0;
  let running;
  let ended;

  const post = (event) => {
    for (const effect of step(state, event, timeline.nowMs, () => 0.5)) act(effect);
  };
  const act = (effect) => {
    if (effect.kind === 'Enqueue') {
      const agentId = effect.instanceClass.endsWith(':spot') ? 'spot' : 'steady';
      timeline.after(1, () => post({ kind: 'ClaimRequested', agentId, key: effect.key }));
    }
    if (effect.kind === 'GrantLease') train(effect.agentId, effect.grant.key);
    if (effect.kind === 'SaveTrainingJob' && effect.job.endedAtMs !== undefined) ended = effect.job;
  };
  const phase = (agentId, key, name) => post({ kind: 'PhaseChanged', agentId, key, phase: name, message: '' });
  const report = (outcome, endMs) => {
    const { agentId, key, sinceMs } = running;
    running = undefined;
    const times = sinceMs === undefined ? {} : { trainingStartMs: sinceMs, trainingEndMs: endMs };
    post({ kind: 'AttemptReported', agentId, result: { key, outcome, finalMetrics: [], ...times } });
  };
  const train = (agentId, key) => {
    running = { agentId, key, sinceMs: undefined };
    const attempt = running;
    const isOn = () => running === attempt;
    phase(agentId, key, 'Starting');
    timeline.after(STARTUP_MS, () => {
      if (!isOn()) return;
      attempt.sinceMs = timeline.nowMs;
      phase(agentId, key, 'Training');
      timeline.after(trainingMs - savedMs, () => isOn() && report({ kind: 'Succeeded' }, timeline.nowMs));
    });
  };
  const connect = (agentId, name) => {
    machines.set(agentId, true);
    post({ kind: 'AgentConnected', agentId, epoch: agentId, offers: new Map([[name, 1]]), held: [], kept: [] });
  };
  const interrupt = () => {
    machines.delete('spot');
    post({ kind: 'AgentDraining', agentId: 'spot' });
    if (running?.agentId === 'spot') {
      const doneMs = savedMs + (running.sinceMs === undefined ? 0 : timeline.nowMs - running.sinceMs);
      if (checkpointEveryMs !== undefined) savedMs = Math.floor(doneMs / checkpointEveryMs) * checkpointEveryMs;
      if (running.sinceMs !== undefined) lostMs.push(doneMs - savedMs);
      report({ kind: 'Interrupted', reason: 'The machine is taken away.' }, timeline.nowMs);
    }
    post({ kind: 'AgentDisconnected', agentId: 'spot', epoch: 'spot' });
  };
  const tick = () => {
    for (const agentId of machines.keys()) {
      const keys = running?.agentId === agentId ? [running.key] : [];
      post({ kind: 'LeasesRenewed', agentId, keys, sentAtMonotonicMs: 0n });
    }
    post({ kind: 'Ticked' });
    timeline.after(TICK_MS, tick);
  };

  for (const { fromMs, untilMs } of spans) {
    if (fromMs === 0) connect('spot', '*:spot');
    else timeline.at(startMs + fromMs, () => connect('spot', '*:spot'));
    timeline.at(startMs + untilMs, interrupt);
  }
  connect('steady', '*');
  const spec = trainingSpec({ spot });
  const job = { id: JOB, tenant: 'default', name: JOB, spec, createdAtMs: startMs, ...newTrainingJobProgress(startMs) };
  post({ kind: 'TrainingJobCreated', job });
  tick();
  while (ended === undefined && timeline.nowMs - startMs < lengthMs) timeline.advance();
  if (ended?.status !== 'Completed') return undefined;
  const makespanMs = ended.endedAtMs - startMs;
  return { makespanMs, trainingMs: ended.trainingMs, billableMs: ended.billableMs, lostMs };
}

function trainingSpec({ spot }) {
  const longEnough = 365 * 86_400;
  return {
    algorithm: { kind: 'command', command: ['true'] },
    hyperparameters: {},
    channels: [],
    outputUri: 'file:///out',
    instances: [{ instanceType: 'gpu', instanceCount: 1, volumeSizeGib: 1 }],
    stopping: { maxRuntimeSeconds: longEnough, ...(spot ? { maxWaitSeconds: longEnough } : {}) },
    maximumRetryAttempts: 0,
    environment: {},
    metricDefinitions: [],
    networkIsolation: false,
    spot,
    keepAliveSeconds: 0,
  };
}
