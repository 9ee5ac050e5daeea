import type {
  CreateHyperParameterTuningJobRequest,
  CreateHyperParameterTuningJobResponse,
} from '@aws-sdk/client-sagemaker';
import { tuningJobArn } from '../mapping/arn.js';
import { originOf } from '../mapping/origin.js';
import { tagRecord } from '../mapping/tags.js';
import { tuningJobSpec } from '../mapping/tuning-job-spec.js';
import { operation } from '../operation.js';
import { refuseBeyondQuotas } from '../quotas.js';

export const createHyperParameterTuningJob = operation<
  CreateHyperParameterTuningJobRequest,
  CreateHyperParameterTuningJobResponse
>({
  name: 'CreateHyperParameterTuningJob',
  unknownJob: 'ResourceNotFound',
  async perform(input, { jobs, tenant, account, algorithmImages, randomSeed, quotas }) {
    const spec = tuningJobSpec(input, algorithmImages, randomSeed);
    await refuseBeyondQuotas(spec, quotas, jobs, tenant);
    const view = await jobs.createTuningJob(tenant, {
      name: input.HyperParameterTuningJobName,
      spec,
      origin: originOf(input),
      tags: tagRecord(input.Tags),
    });
    return { HyperParameterTuningJobArn: tuningJobArn(account, view.name) };
  },
});
