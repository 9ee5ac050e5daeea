import { type Configuration, priorPoint, type TuningJobSpec } from '@fleetune/domain';
import type { PriorTrial, SearchProblem } from '@fleetune/search';
import { type Database, findWarmStartParents, listTrials } from '@fleetune/store';
import { storedOutcome } from './stored-trial.js';

/** What a warm-started search knows from its parents; nothing for one that starts cold. */
export async function priorTrials(
  database: Database,
  tenant: string,
  spec: TuningJobSpec,
): Promise<Pick<SearchProblem, 'priors' | 'warmStart'>> {
  const [child] = spec.definitions;
  if (spec.warmStart === undefined || child === undefined) return {};
  const parents = await findWarmStartParents(database, tenant, spec.warmStart.parentNames);
  const newestFirst = [...parents].sort((a, b) => b.created_at.getTime() - a.created_at.getTime());
  let areSameFunction = true;
  const priors: PriorTrial[] = [];
  for (const [parent, row] of parents.entries()) {
    const [definition] = (row.spec as TuningJobSpec).definitions;
    if (definition === undefined) continue;
    for (const trial of await listTrials(database, row.id)) {
      const outcome = storedOutcome(trial, definition.objective.metricName);
      if (outcome === undefined) continue;
      const { configuration, isSameFunction } = priorPoint(child, definition, trial.configuration as Configuration);
      areSameFunction &&= isSameFunction;
      priors.push({ parent, definition: 0, configuration, outcome, ageRank: newestFirst.indexOf(row) });
    }
  }
  // With another static value the parents measured another function: what they teach is where to look, not what is there.
  return { priors, warmStart: areSameFunction ? spec.warmStart.type : 'TransferLearning' };
}
