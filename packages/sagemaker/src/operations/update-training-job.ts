import type { UpdateTrainingJobRequest, UpdateTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { trainingJobArn } from '../mapping/arn.js';
import { refuseUnsupported, UNSUPPORTED } from '../mapping/unsupported.js';
import { operation } from '../operation.js';

/** Nothing that an update could change is there yet, so an update is either refused or changes nothing. */
export const updateTrainingJob = operation<UpdateTrainingJobRequest, UpdateTrainingJobResponse>({
  name: 'UpdateTrainingJob',
  unknownJob: 'ResourceNotFound',
  async perform(input, { jobs, tenant, account }) {
    refuseUnsupported(input, UNSUPPORTED.updateTrainingJob);
    const { name } = await jobs.describeTrainingJob(tenant, input.TrainingJobName);
    return { TrainingJobArn: trainingJobArn(account, name) };
  },
});
