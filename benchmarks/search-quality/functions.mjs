import { noiseOf } from './noise.mjs';

/**
 * The problems, all to be minimised and all with a known least value. Where the optimum of the usual domain lies in or
 * near its centre, the domain is shifted, or a method that starts in the centre would have nothing to do.
 *
 * `group` is `tuned` for the functions that the defaults of Fleetune were chosen on, and `held out` for the others.
 */
export const FUNCTIONS = [
  problem('Branin', 'tuned', [real('x0', -5, 10), real('x1', 0, 15)], 0.39788735772973816, branin),
  problem('Hartmann6', 'tuned', reals(6, 0, 1), -3.3223680114155147, hartmann6),
  problem('Ackley5', 'tuned', reals(5, -20, 30), 0, ackley),
  problem('Levy4', 'tuned', reals(4, -7, 13), 0, levy),
  problem('Rosenbrock4', 'tuned', reals(4, -5, 10), 0, rosenbrock),
  problem('StyblinskiTang5', 'tuned', reals(5, -5, 5), -39.16616570377142 * 5, styblinskiTang),
  noisy('Hartmann6 noisy', 'tuned', reals(6, 0, 1), -3.3223680114155147, hartmann6, 0.2),
  problem('Mixed', 'tuned', mixedRanges(), 0, mixed),

  problem('Hartmann3', 'held out', reals(3, 0, 1), -3.862779787332769, hartmann3),
  problem('SixHumpCamel', 'held out', [real('x0', -3, 3), real('x1', -2, 2)], -1.0316284534898774, sixHumpCamel),
  problem('Michalewicz5', 'held out', reals(5, 0, Math.PI), -4.687658179, michalewicz),
  problem('Rastrigin4', 'held out', reals(4, -4, 5.5), 0, rastrigin),
  problem('DixonPrice6', 'held out', reals(6, -7, 13), 0, dixonPrice),
  problem('Griewank5', 'held out', reals(5, -40, 60), 0, griewank),
  noisy('Levy3 noisy', 'held out', reals(3, -7, 13), 0, levy, 2),
  problem('Training', 'held out', trainingRanges(), 0, training),
];

function problem(name, group, ranges, minimum, at) {
  const names = ranges.map((range) => range.name);
  const evaluate = (configuration) => at(names.map((key) => configuration[key]));
  return { name, group, ranges, minimum, evaluate, observe: evaluate };
}

/** `observe` adds normal noise that depends on the seed and the number of the evaluation only; regrets are without it. */
function noisy(name, group, ranges, minimum, at, deviation) {
  const exact = problem(name, group, ranges, minimum, at);
  const observe = (configuration, seed, evaluation) =>
    exact.evaluate(configuration) + deviation * noiseOf(seed, evaluation);
  return { ...exact, observe };
}

function real(name, min, max, scaling = 'Linear') {
  return { kind: 'continuous', name, min, max, scaling };
}

function reals(count, min, max) {
  return Array.from({ length: count }, (_, k) => real(`x${k}`, min, max));
}

function branin([x, y]) {
  const curve = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
  return curve * curve + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

function hartmann(x, scales, centres) {
  return -[1, 1.2, 3, 3.2].reduce((sum, weight, i) => {
    const exponent = x.reduce((total, value, k) => total + scales[i][k] * (value - centres[i][k]) ** 2, 0);
    return sum + weight * Math.exp(-exponent);
  }, 0);
}

function hartmann6(x) {
  const scales = [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ];
  const centres = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  ];
  return hartmann(x, scales, centres);
}

function hartmann3(x) {
  const scales = [
    [3, 10, 30],
    [0.1, 10, 35],
    [3, 10, 30],
    [0.1, 10, 35],
  ];
  const centres = [
    [0.3689, 0.117, 0.2673],
    [0.4699, 0.4387, 0.747],
    [0.1091, 0.8732, 0.5547],
    [0.0381, 0.5743, 0.8828],
  ];
  return hartmann(x, scales, centres);
}

function ackley(x) {
  const squares = x.reduce((sum, value) => sum + value * value, 0) / x.length;
  const cosines = x.reduce((sum, value) => sum + Math.cos(2 * Math.PI * value), 0) / x.length;
  return -20 * Math.exp(-0.2 * Math.sqrt(squares)) - Math.exp(cosines) + 20 + Math.E;
}

function levy(x) {
  const w = x.map((value) => 1 + (value - 1) / 4);
  const last = w.at(-1);
  const middle = w.slice(0, -1).reduce((sum, v) => sum + (v - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * v + 1) ** 2), 0);
  return Math.sin(Math.PI * w[0]) ** 2 + middle + (last - 1) ** 2 * (1 + Math.sin(2 * Math.PI * last) ** 2);
}

function rosenbrock(x) {
  return x.slice(1).reduce((sum, next, k) => sum + 100 * (next - x[k] ** 2) ** 2 + (1 - x[k]) ** 2, 0);
}

function styblinskiTang(x) {
  return x.reduce((sum, v) => sum + v ** 4 - 16 * v * v + 5 * v, 0) / 2;
}

function sixHumpCamel([x, y]) {
  return (4 - 2.1 * x * x + x ** 4 / 3) * x * x + x * y + (-4 + 4 * y * y) * y * y;
}

function michalewicz(x) {
  return -x.reduce((sum, v, k) => sum + Math.sin(v) * Math.sin(((k + 1) * v * v) / Math.PI) ** 20, 0);
}

function rastrigin(x) {
  return x.reduce((sum, v) => sum + v * v - 10 * Math.cos(2 * Math.PI * v) + 10, 0);
}

function dixonPrice(x) {
  return x.slice(1).reduce((sum, v, k) => sum + (k + 2) * (2 * v * v - x[k]) ** 2, (x[0] - 1) ** 2);
}

function griewank(x) {
  const squares = x.reduce((sum, v) => sum + v * v, 0) / 4000;
  return squares - x.reduce((product, v, k) => product * Math.cos(v / Math.sqrt(k + 1)), 1) + 1;
}

function mixedRanges() {
  return [
    real('lr', 1e-6, 0.1, 'Logarithmic'),
    real('momentum', 0, 1),
    { kind: 'integer', name: 'depth', min: 1, max: 12, scaling: 'Linear' },
    { kind: 'integer', name: 'width', min: 8, max: 4096, scaling: 'Logarithmic' },
    { kind: 'categorical', name: 'kind', values: ['c', 'e', 'a', 'd', 'b'] },
  ];
}

/** A valley whose place depends on the category, with a floor for each of them; the least is that of `c`. */
function mixed([lr, momentum, depth, width, kind]) {
  const category = 'abcde'.indexOf(kind);
  const rate = Math.log10(lr) + 2 + 0.25 * category;
  const drag = momentum - 0.6 + 0.2 * rate;
  const size = Math.log2(width / 90) - 0.4 * (depth - 7);
  const floor = [0.3, 0.6, 0, 1, 0.15][category];
  return floor + 1.2 * rate * rate + 6 * drag * drag + 0.15 * size * size + 0.05 * (depth - 7) ** 2;
}

function trainingRanges() {
  return [
    real('lr', 1e-7, 0.1, 'Logarithmic'),
    real('decay', 1e-6, 1e-1, 'Logarithmic'),
    real('dropout', 0, 0.8),
    real('beta', 0.2, 0.99999, 'ReverseLogarithmic'),
    { kind: 'integer', name: 'layers', min: 1, max: 16, scaling: 'Linear' },
    { kind: 'integer', name: 'batch', min: 16, max: 8192, scaling: 'Logarithmic' },
    { kind: 'categorical', name: 'schedule', values: ['none', 'cosine', 'step'] },
    { kind: 'categorical', name: 'norm', values: ['layer', 'batch', 'none'] },
  ];
}

/** Shaped like a network's validation loss: too high a rate diverges, too low a one learns nothing, depth needs norms. */
function training([lr, decay, dropout, beta, layers, batch, schedule, norm]) {
  const rate = Math.log10(lr) + 3 - 0.4 * Math.log2(batch / 128) + (norm === 'none' ? 0.08 * layers : 0);
  const step = rate > 0 ? 1.5 * (Math.exp(rate) - 1 - rate) : 1 - Math.exp(-0.5 * rate * rate);
  const fit = 0.3 * (1 - Math.exp(-((layers - 9) ** 2) / 20));
  const strength = Math.log10(decay) + 3 + 2 * (dropout - 0.2);
  const regular = 0.05 * strength * strength + 0.4 * (dropout - 0.2) ** 2;
  const memory = 0.08 * (Math.log10(1 - beta) + 2) ** 2;
  const words = { none: 0.15, cosine: 0, step: 0.05 }[schedule] + { layer: 0, batch: 0.04, none: 0.12 }[norm];
  return Math.min(3, step + fit + regular + memory + 0.02 * Math.log2(batch / 128) ** 2 + words);
}
