import { parseArgs } from 'node:util';
import { round, summary } from '../harness/statistics.mjs';
import { admissionPasses } from './admission-pass.mjs';
import { simulateDay } from './day.mjs';
import { comparePolicies } from './policies.mjs';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });
const say = (text) => process.stderr.write(`${text}\n`);

const { samples, ticks } = admissionPasses({
  pending: 10_000,
  agents: 500,
  tenants: 50,
  passes: values.quick ? 2_000 : 20_000,
});
const admissionPassMs = summary(samples);
say(
  `one admission pass, 10,000 pending, 500 agents, 50 tenants: p50 ${admissionPassMs.p50} ms, p99 ${admissionPassMs.p99} ms; a tick p99 ${summary(ticks).p99} ms`,
);

const policies = comparePolicies({ agents: values.quick ? 50 : 200, tenants: 50 });
for (const [name, { utilisation, lightTenantsWaitSeconds: wait, shareOfDue }] of Object.entries(policies)) {
  say(
    `${name}: ${round(100 * utilisation, 1)} % busy; who wants little waits p50 ${round(wait.p50, 1)} s, p99 ${round(wait.p99, 1)} s; who wants much gets ${round(shareOfDue.worst, 2)} to ${round(shareOfDue.best, 2)} of its due`,
  );
}

const size = values.quick ? { agents: 1_000, jobs: 100_000 } : { agents: 10_000, jobs: 1_000_000 };
const day = simulateDay({
  ...size,
  onHour: ({ hour, ended, heapMib }) =>
    hour % 6 < 0.01 && say(`hour ${round(hour, 0)}: ${ended} ended, heap ${round(heapMib, 0)} MiB`),
});
say(
  `a day of ${day.jobs} training jobs on ${day.agents} agents (${round(day.simulatedHours, 1)} h, ${day.events} events): ${round(day.wallSeconds, 1)} s, peak ${round(day.peakRssMib, 0)} MiB`,
);
if (values.json) {
  const { jobs, agents, wallSeconds, peakRssMib } = day;
  const result = { jobs, agents, wallSeconds: round(wallSeconds, 1), peakRssMib: round(peakRssMib, 0) };
  process.stdout.write(`${JSON.stringify({ bench: 'placement', admissionPassMs, day: result, policies })}\n`);
}
