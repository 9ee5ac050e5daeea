import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('curves/', import.meta.url));

/** What trainings reported after each epoch: `{ name, objectiveType, curves }[]`, made by tabulate.py. */
export function readCurveSets() {
  return readdirSync(FOLDER)
    .sort()
    .map((file) => {
      const [head, ...lines] = readFileSync(`${FOLDER}${file}`, 'utf8').trim().split('\n');
      const [, objectiveType, , , , unit] = head.slice(1).split(' ');
      const curves = lines.map((line) => line.split(',').map((value) => Number(value) * Number(unit)));
      return { name: file.replace('.csv', ''), objectiveType, curves };
    });
}

/** Power laws from 0.9 to a floor with a little noise. `crossing`: how much slower those are that end lower. */
export function syntheticCurves(name, crossing, uniforms, { count, epochs }) {
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniforms())) * Math.cos(2 * Math.PI * uniforms());
  const curves = Array.from({ length: count }, () => {
    const rate = -4 + 4 * uniforms();
    const decay = -6 + 5 * uniforms();
    const floor = 0.1 + 0.05 * (rate + 2.5) ** 2 + 0.01 * (decay + 3.5) ** 2 + 0.02 * uniforms();
    const slowness = 2 * 10 ** (-crossing * (rate + 1) + 0.15 * normal());
    return Array.from({ length: epochs }, (_, i) => {
      return floor + (0.9 - floor) / (1 + (i + 1) / slowness) + 0.01 * normal();
    });
  });
  return { name, objectiveType: 'Minimize', curves };
}
