import type {
  DescribeHyperParameterTuningJobRequest,
  DescribeHyperParameterTuningJobResponse,
} from '@aws-sdk/client-sagemaker';
import { tuningJobDescription } from '../mapping/tuning-job-description.js';
import { operation } from '../operation.js';

export const describeHyperParameterTuningJob = operation<
  DescribeHyperParameterTuningJobRequest,
  DescribeHyperParameterTuningJobResponse
>({
  name: 'DescribeHyperParameterTuningJob',
  unknownJob: 'ResourceNotFound',
  async perform({ HyperParameterTuningJobName }, { jobs, tenant, account }) {
    return tuningJobDescription(await jobs.describeTuningJob(tenant, HyperParameterTuningJobName), account);
  },
});
