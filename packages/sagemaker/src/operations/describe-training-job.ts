import type { DescribeTrainingJobRequest, DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { trainingJobDescription } from '../mapping/training-job-description.js';
import { operation } from '../operation.js';

export const describeTrainingJob = operation<DescribeTrainingJobRequest, DescribeTrainingJobResponse>({
  name: 'DescribeTrainingJob',
  unknownJob: 'ValidationException',
  async perform({ TrainingJobName }, { jobs, tenant, account }) {
    return trainingJobDescription(await jobs.describeTrainingJob(tenant, TrainingJobName), account);
  },
});
