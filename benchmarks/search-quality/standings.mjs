/** A relative regret below this counts as this: what is left is no more than rounding. */
const LEAST_REGRET = 1e-6;

/**
 * How optimisers compare at one budget and parallelism.
 *
 * @param runs `{ optimizer, function, seed, regret }[]`, every optimiser on the same functions and seeds, Random too.
 * @returns per optimiser: `meanRank` over functions and seeds (1 is best, ties share), and `geomeanRegret`, the
 *   geometric mean of its regret as a share of Random's median regret on the same function.
 */
export function standings(runs) {
  const optimizers = [...new Set(runs.map(({ optimizer }) => optimizer))];
  const references = new Map();
  for (const [name, group] of groupBy(runs, (run) => run.function)) {
    const random = group.filter(({ optimizer }) => optimizer === 'random').map(({ regret }) => regret);
    references.set(name, median(random));
  }
  const ranks = new Map(optimizers.map((optimizer) => [optimizer, []]));
  const logs = new Map(optimizers.map((optimizer) => [optimizer, []]));
  for (const group of groupBy(runs, (run) => `${run.function} ${run.seed}`).values()) {
    const shares = group.map(({ regret, ...run }) => Math.max(LEAST_REGRET, regret / references.get(run.function)));
    group.forEach(({ optimizer }, i) => {
      const below = shares.filter((share) => share < shares[i]).length;
      const equal = shares.filter((share) => share === shares[i]).length;
      ranks.get(optimizer).push(below + (equal + 1) / 2);
      logs.get(optimizer).push(Math.log(shares[i]));
    });
  }
  return optimizers.map((optimizer) => ({
    optimizer,
    meanRank: mean(ranks.get(optimizer)),
    geomeanRegret: Math.exp(mean(logs.get(optimizer))),
  }));
}

export function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.ceil((sorted.length - 1) / 2)]) / 2;
}
