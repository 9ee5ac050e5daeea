import { say } from '../run.mjs';
import { explainViolation } from './one-seed.mjs';
import { runSeeds } from './seed-pool.mjs';

/** Simulates seeds on all cores. @returns false when one broke a rule. */
export async function simulateSeeds({ seeds, threads, json }) {
  const simulator = import.meta.resolve('@fleetune/scheduler/simulator');
  const startedMs = performance.now();
  const violations = [];
  const totals = { seeds: 0, events: 0, simulatedMs: 0 };
  await runSeeds({
    simulator,
    seeds,
    threads,
    onReport: ({ seed, events, simulatedMs, violation }) => {
      totals.seeds += 1;
      totals.events += events;
      totals.simulatedMs += simulatedMs;
      if (violation !== undefined) violations.push({ seed, ...violation });
      if (totals.seeds % 500 === 0) say(`${totals.seeds} of ${seeds.length} seeds, ${violations.length} violations`);
    },
  });
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const speed = Math.round(totals.simulatedMs / 1000 / wallSeconds);
  say(
    `${totals.seeds} seeds, ${totals.events} events, ${(totals.simulatedMs / 3_600_000).toFixed(1)} simulated hours in ${wallSeconds.toFixed(1)} s (${speed} times real time): ${violations.length} violations`,
  );
  for (const { seed, message } of violations.slice(0, 20)) say(`  seed ${seed}: ${message}`);
  const [first] = violations.sort((one, other) => one.seed - other.seed);
  if (first !== undefined) await explainViolation(first.seed);
  if (json) process.stdout.write(`${JSON.stringify({ ...totals, wallSeconds, violations })}\n`);
  return violations.length === 0;
}
