import { Chance } from '@fleetune/scheduler/simulator';
import { Fleet, trainingSpec } from './fleet.mjs';

const HOURS = 6;
const WINDOW_MS = 3_000_000;

/** How each policy shows a training job to the scheduler. The others are what fair sharing is without its parts. */
const POLICIES = {
  fair: { settings: (weights) => ({ tenants: weights }), shown: (job) => job },
  fifo: { settings: () => ({}), shown: (job) => ({ ...job, tenant: 'all', priority: 0 }) },
  'strict priority': {
    settings: () => ({ agingStepMs: Number.POSITIVE_INFINITY }),
    shown: (job) => ({ ...job, tenant: 'all' }),
  },
};

/**
 * The same work under each policy: five tenants that hand in more than the fleet can do, one of them with twice the
 * weight, and others that now and then want a little.
 */
export function comparePolicies({ agents, tenants }) {
  const work = makeWork(agents, tenants);
  return Object.fromEntries(Object.keys(POLICIES).map((name) => [name, runPolicy(name, work, agents)]));
}

function makeWork(agents, tenants) {
  const chance = new Chance(3);
  const jobs = [];
  const weights = new Map();
  const add = (tenant, atMs, priority, meanSeconds) => {
    jobs.push({ id: `job-${jobs.length}`, tenant, atMs, priority, meanSeconds });
  };
  for (let index = 0; index < tenants; index += 1) {
    const tenant = `tenant-${index}`;
    weights.set(tenant, { weight: index === 0 ? 2 : 1 });
    if (index < 5) {
      const count = (agents * HOURS * 3600) / 420 / 3;
      for (let job = 0; job < count; job += 1) {
        add(tenant, chance.between(0, HOURS * 600_000), chance.integer(0, 1), chance.pick([60, 300, 900]));
      }
    } else {
      for (let burst = 0; burst < 6; burst += 1) {
        const atMs = chance.between(0, HOURS * 3_600_000);
        for (let job = 0; job < 5; job += 1) add(tenant, atMs, 0, 60);
      }
    }
  }
  return { jobs, weights };
}

function runPolicy(name, { jobs, weights }, agents) {
  const { settings, shown } = POLICIES[name];
  const chance = new Chance(4);
  const byId = new Map(jobs.map((job) => [job.id, { ...job }]));
  const fleet = new Fleet({
    settings: settings(weights),
    random: chance.next,
    onStart: (id, nowMs) => {
      byId.get(id).startedMs = nowMs;
    },
    onEnd: ({ id, endedAtMs }) => {
      byId.get(id).endedMs = endedAtMs;
    },
  });
  const originMs = fleet.timeline.nowMs;
  for (let index = 0; index < agents; index += 1) fleet.addAgent(`agent-${index}`, 1);
  for (const job of jobs) {
    const { id, tenant, priority, meanSeconds } = shown(job);
    fleet.timeline.at(originMs + job.atMs, () =>
      fleet.submitTraining({ id, tenant, spec: trainingSpec({ priority, meanSeconds }) }),
    );
  }
  const endMs = originMs + HOURS * 3_600_000;
  fleet.run(() => false, endMs);
  return judge([...byId.values()], weights, agents, originMs, endMs);
}

function judge(jobs, weights, agents, originMs, endMs) {
  const busyMs = jobs.reduce((sum, job) => sum + overlapMs(job, originMs, endMs), 0);
  const light = jobs.filter((job) => Number(job.tenant.split('-')[1]) >= 5 && originMs + job.atMs < endMs);
  const waits = light.map((job) => ((job.startedMs ?? endMs) - originMs - job.atMs) / 1000).sort((a, b) => a - b);
  const shares = [];
  for (let fromMs = originMs + WINDOW_MS; fromMs + WINDOW_MS <= endMs; fromMs += WINDOW_MS) {
    for (const [tenant, part] of sharesOf(jobs, weights, fromMs)) shares.push({ tenant, part });
  }
  return {
    utilisation: busyMs / (agents * (endMs - originMs)),
    lightTenantsWaitSeconds: { p50: waits[Math.floor(waits.length / 2)], p99: waits[Math.floor(waits.length * 0.99)] },
    /** Service of the flooding tenants over their part by weight, of all windows of 3,000 s: 1 is fair. */
    shareOfDue: {
      worst: Math.min(...shares.map(({ part }) => part)),
      best: Math.max(...shares.map(({ part }) => part)),
    },
  };
}

/** What each flooding tenant got of what all flooding tenants got, over its weight's part of theirs. */
function sharesOf(jobs, weights, fromMs) {
  const served = new Map();
  for (let index = 0; index < 5; index += 1) served.set(`tenant-${index}`, 0);
  for (const job of jobs) {
    if (served.has(job.tenant)) {
      served.set(job.tenant, served.get(job.tenant) + overlapMs(job, fromMs, fromMs + WINDOW_MS));
    }
  }
  const all = [...served.values()].reduce((sum, ms) => sum + ms, 0);
  const allWeights = [...served.keys()].reduce((sum, tenant) => sum + weights.get(tenant).weight, 0);
  return [...served].map(([tenant, ms]) => [tenant, ms / all / (weights.get(tenant).weight / allWeights)]);
}

function overlapMs({ startedMs, endedMs }, fromMs, toMs) {
  if (startedMs === undefined) return 0;
  return Math.max(0, Math.min(endedMs ?? toMs, toMs) - Math.max(startedMs, fromMs));
}
