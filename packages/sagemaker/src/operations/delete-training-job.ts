import type { DeleteTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { operation } from '../operation.js';

export const deleteTrainingJob = operation<DeleteTrainingJobRequest, void>({
  name: 'DeleteTrainingJob',
  unknownJob: 'ResourceNotFound',
  async perform({ TrainingJobName }, { jobs, tenant }) {
    await jobs.deleteTrainingJob(tenant, TrainingJobName);
  },
});
