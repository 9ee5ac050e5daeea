import { plotCurves } from './curves.mjs';
import { groupBy, standings } from './standings.mjs';

/**
 * Prints how optimisers compare, on the functions and seeds that all of them have been run on.
 *
 * @param optimizers names; all that are there when undefined.
 * @param plots folder that gets a plot per parallelism; none when undefined.
 * @returns rows for the JSON answer.
 */
export function report(runs, { functions, budgets, parallel, optimizers, plots, say }) {
  const groups = new Map(functions.map(({ name, group }) => [name, group]));
  const columns = budgets.flatMap((budget) =>
    parallel.map((parallel) => {
      const known = runs.at(budget).filter((run) => run.parallel === parallel && groups.has(run.function));
      const wanted = known.filter((run) => optimizers === undefined || optimizers.includes(run.optimizer));
      return { budget, parallel, runs: sharedBy(wanted) };
    }),
  );
  say('\nAll functions: mean rank, regret as a share of random search (geometric mean)\n');
  printStandings(columns, say);
  for (const group of new Set(groups.values())) {
    const part = columns.map((column) => ({
      ...column,
      runs: column.runs.filter((run) => groups.get(run.function) === group),
    }));
    if (part.every((column) => column.runs.length === 0)) continue;
    say(`\nOnly the ${group} functions\n`);
    printStandings(part, say);
  }
  for (const column of columns.filter(({ budget }) => budget === budgets.at(-1))) printByFunction(column, say);
  if (plots !== undefined) plotCurves(runs, { columns, budget: budgets.at(-1), folder: plots });
  return columns.flatMap(({ budget, parallel, runs }) =>
    standings(runs).map(({ optimizer, meanRank, geomeanRegret }) => {
      return { optimizer, budget, parallel, meanRank: precise(meanRank), geomeanRegret: precise(geomeanRegret) };
    }),
  );
}

/** The runs of those functions and seeds that every optimiser has. */
function sharedBy(runs) {
  const count = new Set(runs.map(({ optimizer }) => optimizer)).size;
  const cells = groupBy(runs, (run) => `${run.function} ${run.seed}`);
  return [...cells.values()].filter((cell) => cell.length === count).flat();
}

function printStandings(columns, say) {
  const tables = columns.map(({ budget, parallel, runs }) => {
    const cells = groupBy(runs, (run) => `${run.function} ${run.seed}`).size;
    const title = `${budget} evaluations, ${parallel} parallel (${cells} runs)`;
    return { title, byName: new Map(standings(runs).map((standing) => [standing.optimizer, standing])) };
  });
  const names = [...new Set(tables.flatMap(({ byName }) => [...byName.keys()]))];
  say(`| optimiser | ${tables.map(({ title }) => title).join(' | ')} |`);
  say(`| --- |${' ---: |'.repeat(tables.length)}`);
  for (const name of names) {
    const cells = tables.map(({ byName }) => {
      const standing = byName.get(name);
      return standing === undefined ? '' : `${standing.meanRank.toFixed(2)}, ${precise(standing.geomeanRegret)}`;
    });
    say(`| ${name} | ${cells.join(' | ')} |`);
  }
}

function printByFunction({ budget, parallel, runs }, say) {
  if (runs.length === 0) return;
  const names = [...new Set(runs.map(({ optimizer }) => optimizer))];
  say('\nRegret by function, geometric mean over seeds\n');
  say(`| ${budget} evaluations, ${parallel} parallel | ${names.join(' | ')} |`);
  say(`| --- |${' ---: |'.repeat(names.length)}`);
  for (const [name, group] of groupBy(runs, (run) => run.function)) {
    const cells = names.map((optimizer) => {
      const logs = group
        .filter((run) => run.optimizer === optimizer)
        .map(({ regret }) => Math.log(Math.max(1e-9, regret)));
      return precise(Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length));
    });
    say(`| ${name} | ${cells.join(' | ')} |`);
  }
}

function precise(value) {
  return Number(value.toPrecision(3));
}
