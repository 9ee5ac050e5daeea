import { mkdirSync, writeFileSync } from 'node:fs';
import { groupBy, standings } from './standings.mjs';

const WIDTH = 720;
const HEIGHT = 420;
const MARGIN = { left: 64, right: 190, top: 40, bottom: 44 };
/** Distinct for the colour-blind as well (Okabe and Ito), then again with dashes. */
const COLOURS = ['#d55e00', '#0072b2', '#009e73', '#000000', '#cc79a7', '#e69f00', '#56b4e9', '#999999'];

/**
 * Writes `search-quality-N-parallel.svg`, the regret as a share of random search (geometric mean) by evaluations.
 *
 * @param columns of the report: which runs of the last budget are compared, by parallelism.
 */
export function plotCurves(runs, { columns, budget, folder }) {
  mkdirSync(folder, { recursive: true });
  for (const column of columns.filter((one) => one.budget === budget && one.runs.length > 0)) {
    const compared = new Set(column.runs.map(keyOf));
    const steps = Array.from({ length: budget / 5 }, (_, i) => 5 * (i + 1));
    const points = steps.flatMap((step) =>
      standings(runs.at(step).filter((run) => compared.has(keyOf(run)))).map((standing) => ({ ...standing, step })),
    );
    const cells = groupBy(column.runs, (run) => `${run.function} ${run.seed}`).size;
    const title = `${column.parallel} at a time, ${cells} runs of each`;
    writeFileSync(`${folder}/search-quality-${column.parallel}-parallel.svg`, svgOf(points, { budget, title }));
  }
}

function keyOf({ optimizer, function: functionName, parallel, seed }) {
  return `${optimizer} ${functionName} ${parallel} ${seed}`;
}

function svgOf(points, { budget, title }) {
  const lowest = Math.min(...points.map(({ geomeanRegret }) => geomeanRegret));
  const bottom = 10 ** Math.floor(Math.log10(lowest));
  const top = 2;
  const x = (step) => MARGIN.left + (step / budget) * (WIDTH - MARGIN.left - MARGIN.right);
  const share = (regret) => Math.log(regret / bottom) / Math.log(top / bottom);
  const y = (regret) => HEIGHT - MARGIN.bottom - share(regret) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const lines = [...groupBy(points, ({ optimizer }) => optimizer)].sort(
    ([, a], [, b]) => b.at(-1).geomeanRegret - a.at(-1).geomeanRegret,
  );
  const parts = [
    `<text x="${MARGIN.left}" y="22" font-weight="bold">Regret as a share of random search, ${title}</text>`,
    ...decades(bottom, top).map(
      (tick) =>
        `<path d="M${MARGIN.left} ${at(y(tick))}H${WIDTH - MARGIN.right}" stroke="#ddd"/>` +
        `<text x="${MARGIN.left - 6}" y="${at(y(tick) + 4)}" text-anchor="end">${tick}</text>`,
    ),
    ...[0, 0.25, 0.5, 0.75, 1].map(
      (part) =>
        `<text x="${at(x(part * budget))}" y="${HEIGHT - MARGIN.bottom + 18}" text-anchor="middle">${part * budget}</text>`,
    ),
    `<text x="${at(x(budget / 2))}" y="${HEIGHT - 8}" text-anchor="middle">evaluations</text>`,
    ...lines.flatMap(([name, line], i) => {
      const path = line.map(({ step, geomeanRegret }) => `${at(x(step))} ${at(y(geomeanRegret))}`).join('L');
      const colour = COLOURS[i % COLOURS.length];
      const dash = i < COLOURS.length ? '' : ' stroke-dasharray="5 3"';
      const labelY = MARGIN.top + 12 + i * 20;
      return [
        `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="${name.startsWith('fleetune') ? 3 : 1.5}"${dash}/>`,
        `<path d="M${WIDTH - MARGIN.right + 12} ${labelY - 4}h22" stroke="${colour}" stroke-width="2"${dash}/>`,
        `<text x="${WIDTH - MARGIN.right + 40}" y="${labelY}">${name}</text>`,
      ];
    }),
  ];
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`;
  return `${head}\n<rect width="100%" height="100%" fill="#fff"/>\n${parts.join('\n')}\n</svg>\n`;
}

function decades(bottom, top) {
  const count = Math.floor(Math.log10(top / bottom)) + 1;
  return Array.from({ length: count }, (_, i) => Number((bottom * 10 ** i).toPrecision(1)));
}

function at(coordinate) {
  return coordinate.toFixed(1);
}
