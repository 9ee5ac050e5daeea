import type { CreateTrainingJobRequest, CreateTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { trainingJobArn } from '../mapping/arn.js';
import { originOf } from '../mapping/origin.js';
import { tagRecord } from '../mapping/tags.js';
import { trainingJobSpec } from '../mapping/training-job-spec.js';
import { operation } from '../operation.js';

export const createTrainingJob = operation<CreateTrainingJobRequest, CreateTrainingJobResponse>({
  name: 'CreateTrainingJob',
  unknownJob: 'ValidationException',
  async perform(input, { jobs, tenant, account, algorithmImages }) {
    const view = await jobs.createTrainingJob(tenant, {
      name: input.TrainingJobName,
      spec: trainingJobSpec(input, algorithmImages),
      origin: originOf(input),
      tags: tagRecord(input.Tags),
    });
    return { TrainingJobArn: trainingJobArn(account, view.name) };
  },
});
