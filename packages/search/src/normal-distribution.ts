const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);
/** From here outwards the continued fraction of the tail is used; nearer, it would need too many terms. */
const TAIL_START = 2.5;

function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x - LOG_SQRT_2PI);
}

export function normalProbability(x: number): number {
  if (x < 0) return x < -TAIL_START ? normalDensity(x) / (-x + tail(-x)) : 1 - normalProbability(-x);
  if (x > 6) return 1 - normalDensity(x) / (x + tail(x));
  // 1/2 + density(x) (x + x^3/3 + x^5/15 + ...): all terms positive, so nothing cancels.
  let term = x;
  let sum = x;
  for (let k = 3; term > 1e-17 * sum; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + normalDensity(x) * sum;
}

/** The x below which a normal variable falls with the given probability, 0 < probability < 1. */
export function normalQuantile(probability: number): number {
  if (probability > 0.5) return -normalQuantile(1 - probability);
  // A logistic guess, then Newton's method on the logarithm, which is concave and so converges from anywhere.
  let x = -Math.log(1 / probability - 1) / 1.702;
  for (let i = 0; i < 50; i++) {
    const current = normalProbability(x);
    const step = ((Math.log(current) - Math.log(probability)) * current) / normalDensity(x);
    x -= step;
    if (Math.abs(step) < 1e-13 * (1 + Math.abs(x))) break;
  }
  return x;
}

interface LogExpectation {
  /** log(density(u) + u probability(u)), the logarithm of the expectation of max(0, u + Z). */
  readonly value: number;
  /** Its derivative by u. */
  readonly slope: number;
  /** density(u) / (density(u) + u probability(u)), that is 1 - u slope without its cancellation. */
  readonly densityShare: number;
}

/** Accurate for every u, also far in the tail, where the plain formula gives log 0 (Ament et al. 2023). */
export function logExpectedExcess(u: number): LogExpectation {
  if (u > -TAIL_START) {
    const density = normalDensity(u);
    const probability = normalProbability(u);
    const expectation = density + u * probability;
    return { value: Math.log(expectation), slope: probability / expectation, densityShare: density / expectation };
  }
  const t = -u;
  const c = tail(t);
  return { value: -0.5 * u * u - LOG_SQRT_2PI + Math.log(c / (t + c)), slope: 1 / c, densityShare: (t + c) / c };
}

/** The c of Laplace's continued fraction: 1 - probability(t) = density(t) / (t + c) for t >= TAIL_START. */
function tail(t: number): number {
  let c = t;
  for (let k = t > 30 ? 8 : 40; k >= 2; k--) c = t + k / c;
  return 1 / c;
}
