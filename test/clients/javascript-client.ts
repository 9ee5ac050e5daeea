import {
  type CreateHyperParameterTuningJobRequest,
  type CreateTrainingJobRequest,
  paginateListTrainingJobsForHyperParameterTuningJob,
  SageMaker,
  SageMakerServiceException,
} from '@aws-sdk/client-sagemaker';
import type { Endpoint } from '../fleet/fleet.js';
import type { DigitsRequests, Seen } from './requests.js';

/** Sends the requests through the AWS SDK for JavaScript and says what came back. */
export async function throughJavascript(endpoint: Endpoint, requests: DigitsRequests): Promise<Seen> {
  const { url, accessKeyId, secretAccessKey } = endpoint;
  const client = new SageMaker({ endpoint: url, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } });
  const training = requests.training as CreateTrainingJobRequest;
  const tuning = requests.tuning as CreateHyperParameterTuningJobRequest;
  const TrainingJobName = requests.training.TrainingJobName;
  const HyperParameterTuningJobName = requests.tuning.HyperParameterTuningJobName;

  await client.createTrainingJob(training);
  const trained = await watch(() => client.describeTrainingJob({ TrainingJobName }), 'TrainingJobStatus');
  await client.createHyperParameterTuningJob(tuning);
  const tuned = await watch(
    () => client.describeHyperParameterTuningJob({ HyperParameterTuningJobName }),
    'HyperParameterTuningJobStatus',
  );
  const summaries: Record<string, unknown>[] = [];
  const pages = paginateListTrainingJobsForHyperParameterTuningJob(
    { client, pageSize: 2 },
    { HyperParameterTuningJobName },
  );
  for await (const page of pages) for (const summary of page.TrainingJobSummaries ?? []) summaries.push(plain(summary));
  const tuningJobs = await client.listHyperParameterTuningJobs({ NameContains: HyperParameterTuningJobName });
  const trainingJobs = await client.listTrainingJobs({ NameContains: TrainingJobName });
  return {
    tuningStatuses: tuned.statuses,
    tuningJob: tuned.answer,
    tuned: summaries,
    trainingStatuses: trained.statuses,
    trainingJob: trained.answer,
    listedTuningJobs: (tuningJobs.HyperParameterTuningJobSummaries ?? []).map(
      (job) => job.HyperParameterTuningJobName ?? '',
    ),
    listedTrainingJobs: (trainingJobs.TrainingJobSummaries ?? []).map((job) => job.TrainingJobName ?? ''),
    unknownJobError: await errorOf(() => client.describeTrainingJob({ TrainingJobName: 'nobody' })),
    takenNameError: await errorOf(() => client.createTrainingJob(training)),
  };
}

async function watch(describe: () => Promise<object>, statusMember: string) {
  const statuses: string[] = [];
  for (;;) {
    const answer = plain(await describe());
    delete answer.$metadata;
    const status = String(answer[statusMember]);
    if (statuses.at(-1) !== status) statuses.push(status);
    if (status !== 'InProgress' && status !== 'Stopping') return { statuses, answer };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function errorOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return 'none';
  } catch (error) {
    if (error instanceof SageMakerServiceException) return `${error.name}: ${error.message}`;
    throw error;
  }
}

/** As JSON would carry it, with dates as milliseconds. */
function plain(value: object): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(value, function (this: Record<string, unknown>, key: string, shown: unknown) {
      const raw = this[key];
      return raw instanceof Date ? raw.getTime() : shown;
    }),
  ) as Record<string, unknown>;
}
