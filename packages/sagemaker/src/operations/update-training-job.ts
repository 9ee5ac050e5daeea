import type { UpdateTrainingJobRequest, UpdateTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { trainingJobArn } from '../mapping/arn.js';
import { refuseUnsupported, UNSUPPORTED } from '../mapping/unsupported.js';
import { operation } from '../operation.js';

/** The period of a warm pool is all that can be changed; whatever else asks for something is refused. */
export const updateTrainingJob = operation<UpdateTrainingJobRequest, UpdateTrainingJobResponse>({
  name: 'UpdateTrainingJob',
  unknownJob: 'ResourceNotFound',
  async perform(input, { jobs, tenant, account }) {
    refuseUnsupported(input, UNSUPPORTED.updateTrainingJob);
    const { name } = await jobs.describeTrainingJob(tenant, input.TrainingJobName);
    const keepAliveSeconds = input.ResourceConfig?.KeepAlivePeriodInSeconds;
    if (keepAliveSeconds !== undefined) await jobs.changeKeepAlive(tenant, name, keepAliveSeconds);
    return { TrainingJobArn: trainingJobArn(account, name) };
  },
});
