import { parseArgs } from 'node:util';
import { round, summary } from '../harness/statistics.mjs';
import { trainOnce } from './one-training.mjs';
import { drawnTraces, recordedTraces } from './traces.mjs';

const HOUR_MS = 3_600_000;
const TRAINING_MS = 10 * HOUR_MS;
const CHECKPOINT_EVERY_MS = HOUR_MS / 6;
const START_EVERY_MS = 24 * HOUR_MS;

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, traces: { type: 'string' } },
});
const say = (text) => process.stderr.write(`${text}\n`);

const WAYS = {
  'on-demand only': { spot: false, spotOnly: false },
  'spot only, begins anew': { spot: true, spotOnly: true },
  'spot only, checkpoints': { spot: true, spotOnly: true, checkpointEveryMs: CHECKPOINT_EVERY_MS },
  'spot, then others, checkpoints': { spot: true, spotOnly: false, checkpointEveryMs: CHECKPOINT_EVERY_MS },
};

const traces = values.traces === undefined ? drawnTraces(values.quick ? 2 : 9) : recordedTraces(values.traces);
const starts = traces.flatMap(({ spans, lengthMs }) => {
  const count = Math.max(1, Math.floor(lengthMs / START_EVERY_MS / 2));
  return Array.from({ length: count }, (_, index) => shifted(spans, lengthMs, index * START_EVERY_MS));
});
say(`${traces.length} traces, ${starts.length} trainings of 10 h each way, a checkpoint every 10 min, 2 min to start`);

const ways = {};
for (const [name, way] of Object.entries(WAYS)) {
  const runs = starts.map((start) => trainOnce({ ...way, ...start, trainingMs: TRAINING_MS }));
  const ended = runs.filter((run) => run !== undefined);
  const lostMinutes = ended.flatMap(({ lostMs }) => lostMs.map((ms) => ms / 60_000));
  const mean = (of) => ended.reduce((sum, run) => sum + of(run), 0) / ended.length;
  ways[name] = {
    neverEnded: runs.length - ended.length,
    cost: round(mean(({ billableMs }) => billableMs / TRAINING_MS)),
    savingPercent: round(
      mean(({ billableMs, trainingMs }) => (1 - billableMs / trainingMs) * 100),
      1,
    ),
    makespanHours: summary(ended.map(({ makespanMs }) => makespanMs / HOUR_MS)),
    interruptions: round(
      mean(({ lostMs }) => lostMs.length),
      1,
    ),
    mostLostMinutes: round(Math.max(0, ...lostMinutes), 1),
  };
  const { neverEnded, cost, savingPercent, makespanHours, interruptions, mostLostMinutes } = ways[name];
  say(
    `${name}: ${cost} of the on-demand price, saving ${savingPercent} %, ${makespanHours.p50} h (p99 ${makespanHours.p99}), ${interruptions} interruptions, at most ${mostLostMinutes} min lost by one; ${neverEnded} never ended`,
  );
}
if (values.json) process.stdout.write(`${JSON.stringify({ bench: 'spot', trainings: starts.length, ways })}\n`);

/** The rest of a trace, counted from a later moment. */
function shifted(spans, lengthMs, byMs) {
  const later = spans.filter(({ untilMs }) => untilMs > byMs);
  const moved = later.map(({ fromMs, untilMs }) => ({ fromMs: Math.max(0, fromMs - byMs), untilMs: untilMs - byMs }));
  return { spans: moved, lengthMs: lengthMs - byMs };
}
