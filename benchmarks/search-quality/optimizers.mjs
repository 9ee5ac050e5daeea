import { fileURLToPath } from 'node:url';
import { ensurePythonEnvironment } from '@fleetune/algorithms';
import { createStrategy } from '@fleetune/search';
import { PeerProcess } from './peer-process.mjs';

/**
 * Everything that can be compared. `isSlow` ones take tenths of a second to seconds a suggestion; `isExtra` ones install
 * gigabytes, so that they must be asked for, by name or by `all`.
 */
const OPTIMIZERS = [
  own('fleetune:Bayesian', 'Bayesian'),
  own('fleetune:TPE', 'TPE'),
  own('fleetune:CMA-ES', 'CMA-ES'),
  own('random', 'Random'),
  { name: 'optuna-tpe', lock: 'requirements.lock' },
  { name: 'optuna-tpe-multivariate', lock: 'requirements.lock' },
  { name: 'optuna-cma-es', lock: 'requirements.lock' },
  { name: 'scikit-optimize-gp', lock: 'requirements.lock', isSlow: true },
  { name: 'smac3-hpo', lock: 'requirements-smac.lock', isSlow: true, isExtra: true },
  { name: 'smac3-blackbox', lock: 'requirements-smac.lock', isSlow: true, isExtra: true },
  { name: 'syne-tune-cqr', lock: 'requirements-syne-tune.lock', isSlow: true, isExtra: true },
  { name: 'optuna-gp', lock: 'requirements-torch.lock', isSlow: true, isExtra: true },
  { name: 'ax', lock: 'requirements-torch.lock', isSlow: true, isExtra: true },
  { name: 'hebo', lock: 'requirements-hebo.lock', isSlow: true, isExtra: true },
];

/** Optimisers by comma-separated names, or `all`; otherwise all that install quickly, without the slow ones where `isQuick`. */
export function chooseOptimizers(names, isQuick) {
  if (names === undefined) return OPTIMIZERS.filter(({ isExtra, isSlow }) => !isExtra && !(isQuick && isSlow));
  if (names === 'all') return [...OPTIMIZERS];
  return names.split(',').map((name) => {
    const found = OPTIMIZERS.find((optimizer) => optimizer.name === name);
    if (found === undefined) throw new Error(`There is no optimiser "${name}"; there are ${listed(OPTIMIZERS)}.`);
    return found;
  });
}

/**
 * Makes optimisers ready to be opened. Those whose Python environment cannot be made are left out and said to be absent.
 *
 * @returns `{ name, isSlow, open, close }[]`; `open({ ranges, seed })` gives an object with ask, tell and restore. Only one is
 *   open at a time: a peer's process, which takes a second to start, serves all its runs.
 */
export async function readyOptimizers(optimizers, say) {
  const ready = [];
  const pythons = new Map();
  for (const { name, lock, open, isSlow = false } of optimizers) {
    try {
      if (lock === undefined) {
        ready.push({ name, isSlow, open, close: async () => {} });
        continue;
      }
      if (!pythons.has(lock)) pythons.set(lock, pythonWith(lock, say));
      const peer = PeerProcess.start(await pythons.get(lock), name);
      ready.push({ name, isSlow, open: (problem) => peer.open(problem), close: () => peer.close() });
    } catch (error) {
      say(`absent: ${name} (${error.message.split('\n').at(-1)})`);
    }
  }
  const missing = OPTIMIZERS.filter(({ name }) => !optimizers.some((optimizer) => optimizer.name === name));
  if (missing.length > 0) say(`not in this run: ${listed(missing)}`);
  return ready;
}

async function pythonWith(lock, say) {
  const requirementsFile = fileURLToPath(new URL(`peers/${lock}`, import.meta.url));
  const cacheDirectory = fileURLToPath(new URL('../../.fleetune/python', import.meta.url));
  const { python } = await ensurePythonEnvironment({ requirementsFile, cacheDirectory, log: say });
  return python;
}

function own(name, strategyName) {
  return {
    name,
    open: async ({ ranges, seed }) => {
      const strategy = createStrategy({
        strategy: strategyName,
        seed,
        objectiveType: 'Minimize',
        spaces: [ranges],
      });
      return {
        async ask(count) {
          const startedMs = performance.now();
          const cpuStarted = process.cpuUsage();
          const { suggestions } = strategy.ask(count);
          const { user, system } = process.cpuUsage(cpuStarted);
          const milliseconds = performance.now() - startedMs;
          return { trials: suggestions, milliseconds, cpuMilliseconds: (user + system) / 1000 };
        },
        async tell(index, value) {
          strategy.tell(index, { kind: 'Completed', objective: value });
        },
        async restore(trials) {
          strategy.restore(
            trials.map(({ configuration, value }, index) => ({
              index,
              definition: 0,
              configuration,
              outcome: { kind: 'Completed', objective: value },
            })),
          );
        },
      };
    },
  };
}

function listed(optimizers) {
  return optimizers.map(({ name }) => name).join(', ');
}
