import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import type { TrainingJobSpec } from '@fleetune/domain';
import { type ConstraintFault, constraintException } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';
import type { AlgorithmImages } from './algorithm.js';
import { instancesOfResourceConfig } from './instances.js';
import { trainingTemplate } from './training-template.js';
import { UNSUPPORTED, unsupportedFaults } from './unsupported.js';

/** @throws ValidationException with one fault for each member that cannot be carried out. */
export function trainingJobSpec(
  request: Validated<CreateTrainingJobRequest>,
  images: AlgorithmImages,
): TrainingJobSpec {
  const faults: ConstraintFault[] = unsupportedFaults(request, UNSUPPORTED.trainingJob);
  const spec = trainingTemplate(
    request,
    request.HyperParameters ?? {},
    instancesOfResourceConfig(request.ResourceConfig, 'resourceConfig', faults),
    {
      keepAliveSeconds: request.ResourceConfig?.KeepAlivePeriodInSeconds ?? 0,
      volumeKmsKeyId: request.ResourceConfig?.VolumeKmsKeyId,
    },
    images,
    '',
    faults,
  );
  if (faults.length > 0) throw constraintException(faults);
  return spec;
}
