import { tagRecord } from '../mapping/tags.js';
import { trainingJobSpec } from '../mapping/training-job-spec.js';
import { tuningJobSpec } from '../mapping/tuning-job-spec.js';
import { operationModel } from '../model/service-model.js';
import { recordingReads } from './recorded-reads.fixture.js';
import { sampleValue } from './sample-value.fixture.js';

const IMAGES = { resolve: () => undefined, metricDefinitions: () => [] };

/** What the operations that make jobs do with a request besides keeping it. */
const TRANSLATIONS: Readonly<Record<string, (request: never) => unknown>> = {
  CreateTrainingJob: (request) => trainingJobSpec(request, IMAGES),
  CreateHyperParameterTuningJob: (request) => tuningJobSpec(request, IMAGES, () => 1),
};

const RESOURCES = 'TrainingJobDefinition.HyperParameterTuningResourceConfig';

/**
 * Members that exclude each other: the translation sees every request without one of each group. A refusal shows the
 * value that it refuses, and that is no reading.
 */
const LEFT_OUT: Readonly<Record<string, readonly (readonly string[])[]>> = {
  CreateTrainingJob: [[]],
  CreateHyperParameterTuningJob: [
    ['TrainingJobDefinition', 'TrainingJobDefinitions.0.HyperParameterTuningResourceConfig'],
    ['TrainingJobDefinitions', RESOURCES],
    ['TrainingJobDefinitions', 'TrainingJobDefinition.ResourceConfig', `${RESOURCES}.InstanceConfigs`],
    [
      'TrainingJobDefinitions',
      'TrainingJobDefinition.ResourceConfig',
      ...['InstanceType', 'InstanceCount', 'VolumeSizeInGB'].map((member) => `${RESOURCES}.${member}`),
    ],
  ],
};

/**
 * The members that an operation reads from a request that has all of them; undefined for one that keeps no request.
 * What is left can have no effect. Several definitions are read as one.
 */
export function readMembers(operation: string): ReadonlySet<string> | undefined {
  const translate = TRANSLATIONS[operation];
  if (translate === undefined) return undefined;
  const reads = new Set<string>();
  for (const leftOut of LEFT_OUT[operation] ?? []) {
    const request = sampleValue(operationModel(operation).input) as Record<string, unknown> & { Tags: never };
    for (const path of leftOut) leaveOut(request, path.split('.'));
    const recorded = recordingReads(request, reads);
    tagRecord(recorded.Tags);
    try {
      translate(recorded as never);
    } catch {
      // A request with everything is refused for much of it; it has been read by then.
    }
  }
  return new Set([...reads].map((path) => path.replace('TrainingJobDefinitions[]', 'TrainingJobDefinition')));
}

function leaveOut(from: Record<string, unknown>, [member = '', ...rest]: readonly string[]): void {
  if (rest.length === 0) delete from[member];
  else leaveOut(from[member] as Record<string, unknown>, rest);
}
