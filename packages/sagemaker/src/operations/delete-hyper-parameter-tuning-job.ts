import type { DeleteHyperParameterTuningJobRequest } from '@aws-sdk/client-sagemaker';
import { operation } from '../operation.js';

export const deleteHyperParameterTuningJob = operation<DeleteHyperParameterTuningJobRequest, void>({
  name: 'DeleteHyperParameterTuningJob',
  unknownJob: 'ResourceNotFound',
  async perform({ HyperParameterTuningJobName }, { jobs, tenant }) {
    await jobs.deleteTuningJob(tenant, HyperParameterTuningJobName);
  },
});
