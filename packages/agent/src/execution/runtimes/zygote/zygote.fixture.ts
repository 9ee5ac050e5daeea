import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TrainingOrder } from '@fleetune/protocol';
import type { AttemptExecutor } from '../../attempt-execution.js';
import { makeOrder, metric, temporaryFolder } from '../../execution.fixture.js';
import type { ZygoteStatistics } from './zygote-statistics.js';

/** An order to run the files of a source, beginning with `train.py`. */
export function scriptOrder(
  files: Readonly<Record<string, string>>,
  overrides: Partial<TrainingOrder> = {},
): TrainingOrder {
  const source = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(source, name), text);
  const value = {
    $typeName: 'fleetune.agent.v1.ScriptAlgorithm',
    sourceUri: pathToFileURL(source).href,
    entryPoint: 'train.py',
  } as const;
  return makeOrder({ case: 'script', value }, overrides);
}

/** What makes an order one of a tuning job. */
export const OF_A_TUNING_JOB = { objectiveMetricName: 'loss', metricDefinitions: [metric('loss', 'loss=(\\S+)')] };

export function statistics(executor: AttemptExecutor): ZygoteStatistics {
  const found = executor.zygoteStatistics?.();
  if (found === undefined) throw new Error('This executor has no zygotes.');
  return found;
}
