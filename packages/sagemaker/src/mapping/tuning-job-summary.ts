import type { HyperParameterTuningJobSummary } from '@aws-sdk/client-sagemaker';
import type { TuningJobLine } from '@fleetune/scheduler';
import { type Account, tuningJobArn } from './arn.js';
import { optionalDate } from './optional-date.js';
import { configFromSpec } from './spec-request.js';
import { tuningJobCounters } from './tuning-job-counters.js';

/** One line of `ListHyperParameterTuningJobs`. */
export function tuningJobSummary(line: TuningJobLine, account: Account): HyperParameterTuningJobSummary {
  const { Strategy, ResourceLimits } = configFromSpec(line.spec);
  return {
    HyperParameterTuningJobName: line.name,
    HyperParameterTuningJobArn: tuningJobArn(account, line.name),
    HyperParameterTuningJobStatus: line.status,
    Strategy,
    CreationTime: new Date(line.creationTimeMs),
    HyperParameterTuningEndTime: optionalDate(line.endTimeMs),
    LastModifiedTime: new Date(line.lastModifiedTimeMs),
    ...tuningJobCounters(line),
    ResourceLimits,
  };
}
