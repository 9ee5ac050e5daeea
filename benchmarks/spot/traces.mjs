import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chance } from '@fleetune/scheduler/simulator';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * When a spot machine is to be had, as spans `{ fromMs, untilMs }` from the beginning of a trace.
 *
 * @param folder with traces in the form of github.com/skypilot-org/spot-traces, searched to any depth.
 */
export function recordedTraces(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => {
    const { metadata, data } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    return {
      name: file,
      spans: spansOf(data, metadata.gap_seconds * 1000),
      lengthMs: data.length * metadata.gap_seconds * 1000,
    };
  });
}

/** Traces drawn by seed: machines live 4.3 hours on average, and are gone for half an hour. */
export function drawnTraces(count) {
  return Array.from({ length: count }, (_, index) => {
    const chance = new Chance(index + 1);
    const spans = [];
    for (let fromMs = 0; fromMs < 30 * DAY_MS; ) {
      const untilMs = fromMs + exponential(chance, 4.3 * HOUR_MS);
      spans.push({ fromMs, untilMs });
      fromMs = untilMs + exponential(chance, 0.5 * HOUR_MS);
    }
    return { name: `drawn-${index + 1}`, spans, lengthMs: 30 * DAY_MS };
  });
}

function exponential(chance, meanMs) {
  return -Math.log(1 - chance.next()) * meanMs;
}

function spansOf(data, gapMs) {
  const spans = [];
  for (const [tick, machines] of data.entries()) {
    const last = spans.at(-1);
    if (machines === 0) continue;
    if (last?.untilMs === tick * gapMs) last.untilMs += gapMs;
    else spans.push({ fromMs: tick * gapMs, untilMs: (tick + 1) * gapMs });
  }
  return spans;
}
