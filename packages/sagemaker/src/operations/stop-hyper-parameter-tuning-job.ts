import type { StopHyperParameterTuningJobRequest } from '@aws-sdk/client-sagemaker';
import { operation } from '../operation.js';

export const stopHyperParameterTuningJob = operation<StopHyperParameterTuningJobRequest, void>({
  name: 'StopHyperParameterTuningJob',
  unknownJob: 'ResourceNotFound',
  async perform({ HyperParameterTuningJobName }, { jobs, tenant }) {
    await jobs.stopTuningJob(tenant, HyperParameterTuningJobName);
  },
});
