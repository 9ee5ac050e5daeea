import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';

const HEADER = 'optimizer,function,parallel,seed,regretEvery5';
const STEP = 5;

/**
 * The raw data: one line a run, with the regret after every fifth evaluation. A run is known by optimiser, function,
 * parallelism and seed, so that a long comparison can be interrupted, and another optimiser added to it, at any time.
 */
export class RunsFile {
  #file;
  #runs = new Map();

  /** @param file undefined to keep everything in memory. */
  constructor(file) {
    this.#file = file;
    if (file === undefined) return;
    if (!existsSync(file)) writeFileSync(file, `${HEADER}\n`);
    for (const line of readFileSync(file, 'utf8').trim().split('\n').slice(1)) {
      const [optimizer, functionName, parallel, seed, curve] = line.split(',');
      const run = { optimizer, function: functionName, parallel: Number(parallel), seed: Number(seed) };
      this.#runs.set(keyOf(run), { ...run, curve: curve.split(' ').map(Number) });
    }
  }

  /** Whether the run is there, with so many evaluations at least. */
  has(run, budget) {
    return (this.#runs.get(keyOf(run))?.curve.length ?? 0) >= budget / STEP;
  }

  /** @param regrets after each evaluation. */
  add(run, regrets) {
    const curve = regrets.filter((_, i) => (i + 1) % STEP === 0).map((regret) => Number(regret.toPrecision(3)));
    const { optimizer, parallel, seed } = run;
    this.#runs.set(keyOf(run), { ...run, curve });
    if (this.#file === undefined) return;
    appendFileSync(this.#file, `${optimizer},${run.function},${parallel},${seed},${curve.join(' ')}\n`);
  }

  /** `{ optimizer, function, parallel, seed, regret }` of all runs that went so far. */
  at(budget) {
    const position = budget / STEP - 1;
    return [...this.#runs.values()]
      .filter(({ curve }) => curve.length > position)
      .map(({ curve, ...run }) => ({ ...run, regret: curve[position] }));
  }
}

function keyOf({ optimizer, function: functionName, parallel, seed }) {
  return `${optimizer},${functionName},${parallel},${seed}`;
}
