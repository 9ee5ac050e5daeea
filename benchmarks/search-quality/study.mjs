/**
 * One run of an optimiser on a function.
 *
 * @param open makes an optimiser for a problem: `ask(count)` gives `{ trials }`, and `tell(index, value)`.
 * @param parallel how many trials are asked for at a time; all are told before the next are asked for.
 * @returns the regret after each evaluation, of the configuration whose observation is the best so far.
 */
export async function study(open, testFunction, { seed, budget, parallel }) {
  const optimizer = await open({ ranges: testFunction.ranges, seed });
  const regrets = [];
  let best = Number.POSITIVE_INFINITY;
  let regret = Number.POSITIVE_INFINITY;
  while (regrets.length < budget) {
    const { trials } = await optimizer.ask(Math.min(parallel, budget - regrets.length));
    for (const { index, configuration } of trials) {
      const observed = testFunction.observe(configuration, seed, regrets.length);
      if (observed < best) {
        best = observed;
        regret = Math.max(0, testFunction.evaluate(configuration) - testFunction.minimum);
      }
      regrets.push(regret);
      await optimizer.tell(index, observed);
    }
  }
  return regrets;
}
