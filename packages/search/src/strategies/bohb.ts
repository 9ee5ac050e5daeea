import { type BracketPlan, bracketPlan } from '../hyperband-rule.js';
import type { SearchProblem, Strategy } from '../strategy.js';
import type { Trial } from '../trial-ledger.js';
import { GuidedDraws } from './guided-draws.js';
import { TpeGuide } from './tpe/tpe-guide.js';

/** Share of the configurations that are drawn blindly, as Hyperband draws them all: the model may be wrong. */
const BLIND_SHARE = 0.33;
/** The first to reach high rungs had nobody to compete with; a model of few trials would believe them. */
const DESIGN_SIZE = 40;

/**
 * Hyperband whose configurations are drawn from the densities of TPE (Falkner et al. 2018). Which trials are good is a
 * matter of how many rungs they survived first, and of their objective among those that survived as many.
 */
export function createBohb(problem: SearchProblem): Strategy {
  const { seed, minResource = 1, maxResource = minResource } = problem;
  const plan = bracketPlan({ seed, minResource, maxResource });
  return new GuidedDraws(
    problem,
    (space, definition, promising) =>
      new TpeGuide({
        space,
        seed,
        definition,
        promising,
        designSize: DESIGN_SIZE,
        levelOf: (trial) => survivedRungs(trial, plan),
        blindShare: BLIND_SHARE,
      }),
  );
}

function survivedRungs({ suggestion, outcome }: Trial, plan: BracketPlan): number {
  if (outcome?.kind !== 'Stopped') return Number.POSITIVE_INFINITY;
  return Math.max(0, plan.rungAt(outcome.resource ?? 0) - plan.firstRung(suggestion.index));
}
