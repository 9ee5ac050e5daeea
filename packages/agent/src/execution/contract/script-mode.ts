import { platformValue, SUBMIT_DIRECTORY } from '@fleetune/domain';
import type { TrainingOrder } from '@fleetune/protocol';

/** What SageMaker's training toolkit, which its framework images have inside, reads from the hyperparameters. */
export interface ScriptMode {
  /** Path of the program inside the source. */
  readonly entryPoint: string;
  /** Where the source is; empty when the job does not say. */
  readonly submitDirectory: string;
}

/** The script that a job's hyperparameters name; undefined when they name none. */
export function scriptMode({ hyperparameters }: TrainingOrder): ScriptMode | undefined {
  const entryPoint = platformValue(hyperparameters.sagemaker_program);
  if (entryPoint === '') return undefined;
  return { entryPoint, submitDirectory: platformValue(hyperparameters[SUBMIT_DIRECTORY]) };
}
