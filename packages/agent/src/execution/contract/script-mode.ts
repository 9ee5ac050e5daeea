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
  return { entryPoint, submitDirectory: platformValue(hyperparameters.sagemaker_submit_directory) };
}

/** SDKs write the platform's own hyperparameters as JSON text (`"train.py"`), people write them bare. */
export function platformValue(text: string | undefined): string {
  if (text === undefined || text === '') return '';
  try {
    const value: unknown = JSON.parse(text);
    return value === null ? '' : typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}
