import type { StopTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { operation } from '../operation.js';

export const stopTrainingJob = operation<StopTrainingJobRequest, void>({
  name: 'StopTrainingJob',
  unknownJob: 'ValidationException',
  async perform({ TrainingJobName }, { jobs, tenant }) {
    await jobs.stopTrainingJob(tenant, TrainingJobName);
  },
});
