import { trainingJobFaults, tuningJobFaults } from '@fleetune/domain';
import { definitionRequest, trainingJobRequest, tuningJobRequest } from '../fixtures/requests.fixture.js';
import { trainingJobSpec } from '../mapping/training-job-spec.js';
import { tuningJobSpec } from '../mapping/tuning-job-spec.js';
import type { Validated } from '../model/validated.js';

/** A value of a member that the domain refuses, and in which words. */
export interface NotYet {
  readonly member: string;
  /** Undefined when every value is refused. */
  readonly value: string | undefined;
  readonly because: string;
}

const IMAGES = {
  resolve: () => ({ name: 'xgboost', version: '1' }),
  metricDefinitions: () => [{ name: 'validation:rmse', regex: 'rmse=(.*)' }],
};
const ACCEPTED = {
  EnableManagedSpotTraining: undefined,
  ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 1 },
  StoppingCondition: { MaxRuntimeInSeconds: 60 },
} as const;

/** What training may ask for and the domain is asked about: it is the domain that knows which of it can be done. */
const ASKED = [
  ['ResourceConfig.InstanceCount', '2', { ResourceConfig: { ...ACCEPTED.ResourceConfig, InstanceCount: 2 } }],
  [
    'ResourceConfig.KeepAlivePeriodInSeconds',
    '21600',
    { ResourceConfig: { ...ACCEPTED.ResourceConfig, KeepAlivePeriodInSeconds: 21_600 } },
  ],
] as const;

/** By operation. */
export function notYet(): Readonly<Record<string, readonly NotYet[]>> {
  return {
    CreateTrainingJob: ASKED.flatMap(([member, value, change]) => {
      const request = trainingJobRequest({ ...ACCEPTED, ...change });
      return refused(member, value, trainingJobFaults(trainingJobSpec(request as Validated<typeof request>, IMAGES)));
    }),
    CreateHyperParameterTuningJob: [
      ...ASKED.flatMap(([member, value, change]) => {
        const definition = definitionRequest({ HyperParameterTuningResourceConfig: undefined, ...ACCEPTED, ...change });
        return refused(`TrainingJobDefinition.${member}`, value, tuningFaults({ TrainingJobDefinition: definition }));
      }),
      ...refused(
        'TrainingJobDefinition.HyperParameterTuningResourceConfig.InstanceCount',
        '2',
        tuningFaults({
          TrainingJobDefinition: definitionRequest({
            HyperParameterTuningResourceConfig: { ...ACCEPTED.ResourceConfig, InstanceCount: 2 },
          }),
        }),
      ),
      ...refused(
        'TrainingJobDefinition.HyperParameterTuningResourceConfig.InstanceConfigs[].InstanceCount',
        '2',
        tuningFaults({
          TrainingJobDefinition: definitionRequest({
            HyperParameterTuningResourceConfig: { InstanceConfigs: [{ ...ACCEPTED.ResourceConfig, InstanceCount: 2 }] },
          }),
        }),
      ),
      ...refused(
        'HyperParameterTuningJobConfig.TuningJobCompletionCriteria.ConvergenceDetected.CompleteOnConvergence',
        'Enabled',
        tuningFaults(
          {},
          { TuningJobCompletionCriteria: { ConvergenceDetected: { CompleteOnConvergence: 'Enabled' } } },
        ),
      ),
    ],
  };
}

function tuningFaults(...changes: Parameters<typeof tuningJobRequest>): readonly string[] {
  const request = tuningJobRequest(...changes);
  return tuningJobFaults(tuningJobSpec(request as Validated<typeof request>, IMAGES, () => 1));
}

function refused(member: string, value: string | undefined, faults: readonly string[]): readonly NotYet[] {
  return faults.map((because) => ({ member, value, because }));
}
