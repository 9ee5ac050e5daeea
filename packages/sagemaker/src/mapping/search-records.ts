import type { HyperParameterTuningJobSearchEntity, TrainingJob } from '@aws-sdk/client-sagemaker';
import type { TrainingJobView, TuningJobView } from '@fleetune/scheduler';
import { shapes } from '../model/service-model.js';
import type { Account } from './arn.js';
import { tagList } from './tags.js';
import { trainingJobDescription } from './training-job-description.js';
import { tuningJobDescription } from './tuning-job-description.js';

/** A training job as Search shows it: much of its description, and its tags. */
export function trainingJobRecord(view: TrainingJobView, account: Account): TrainingJob {
  return { ...membersOf('TrainingJob', trainingJobDescription(view, account)), Tags: tagList(view.tags) };
}

/** A tuning job as Search shows it: much of its description, and its tags. */
export function tuningJobRecord(view: TuningJobView, account: Account): HyperParameterTuningJobSearchEntity {
  const description = tuningJobDescription(view, account);
  return { ...membersOf('HyperParameterTuningJobSearchEntity', description), Tags: tagList(view.tags) };
}

/** What of a description the record has, too. */
function membersOf<Description extends object>(shapeName: string, description: Description): Partial<Description> {
  const shape = shapes[shapeName];
  const members = shape?.type === 'structure' ? shape.members : {};
  const shared = Object.entries(description).filter(([name, value]) => value !== undefined && name in members);
  return Object.fromEntries(shared) as Partial<Description>;
}
