import { say } from '../run.mjs';

/** Simulates one seed, or a part of it, and tells what it was made of. @returns false when it broke a rule. */
export async function simulateSeed(seed, parts, trace) {
  const { simulate } = await import('@fleetune/scheduler/simulator');
  const report = await simulate(seed, parts, trace ? (line) => process.stdout.write(`${line}\n`) : undefined);
  const { plan, events, simulatedMs, violation } = report;
  for (const { id, offers } of plan.agents) say(`agent ${id} offers ${JSON.stringify(offers)}`);
  for (const job of plan.jobs) {
    const limits = job.kind === 'tuning' ? JSON.stringify(job.spec.limits) : '';
    say(`${(job.atMs / 1000).toFixed(1)} s: ${job.tenant} creates ${job.name} ${limits}`);
  }
  for (const { atMs, forMs, kind, ...rest } of plan.faults) {
    say(`${(atMs / 1000).toFixed(1)} s: ${kind} for ${forMs / 1000} s ${JSON.stringify(rest)}`);
  }
  say(`${events} events in ${(simulatedMs / 1000).toFixed(0)} simulated seconds`);
  say(violation === undefined ? `seed ${seed}: every rule held` : `seed ${seed}: ${violation.message}`);
  return violation === undefined;
}

/** Looks for the smallest part of a seed that still breaks its rule, and says how to see it again. */
export async function explainViolation(seed) {
  const { shrink, simulate } = await import('@fleetune/scheduler/simulator');
  const report = await simulate(seed);
  if (report.violation === undefined) return;
  say(`seed ${seed}: ${report.violation.message}`);
  const { parts, report: smallest } = await shrink(report);
  const faults = `--faults ${parts.faults?.join(',') || "''"}`;
  const agents = parts.agents === undefined ? '' : ` --agents ${parts.agents}`;
  say(`smallest run that breaks ${smallest.violation?.rule}: ${smallest.violation?.message}`);
  say(`  npm run sim -- --seed ${seed} ${faults}${agents} --trace`);
}
