import type { HyperParameterTuningJobSummary } from '@aws-sdk/client-sagemaker';
import type { TuningJobView } from '@fleetune/scheduler';
import { type Account, tuningJobArn } from './arn.js';
import { optionalDate } from './optional-date.js';
import { configFromSpec } from './spec-request.js';
import { tuningJobCounters } from './tuning-job-counters.js';

/** One line of `ListHyperParameterTuningJobs`. */
export function tuningJobSummary(view: TuningJobView, account: Account): HyperParameterTuningJobSummary {
  const { Strategy, ResourceLimits } = configFromSpec(view.spec);
  return {
    HyperParameterTuningJobName: view.name,
    HyperParameterTuningJobArn: tuningJobArn(account, view.name),
    HyperParameterTuningJobStatus: view.status,
    Strategy,
    CreationTime: new Date(view.creationTimeMs),
    HyperParameterTuningEndTime: optionalDate(view.endTimeMs),
    LastModifiedTime: new Date(view.lastModifiedTimeMs),
    ...tuningJobCounters(view),
    ResourceLimits,
  };
}
