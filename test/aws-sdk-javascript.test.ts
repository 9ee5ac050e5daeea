import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  paginateListHyperParameterTuningJobs,
  paginateListTags,
  paginateListTrainingJobs,
  paginateListTrainingJobsForHyperParameterTuningJob,
  paginateSearch,
  ResourceInUse,
  ResourceNotFound,
  SageMaker,
  SageMakerServiceException,
  waitUntilTrainingJobCompletedOrStopped,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENT_LEASES } from './clients/environment.js';
import { type Recorder, startRecorder } from './clients/recorder.js';
import { scriptRequests, TRAINING_PROGRAM } from './clients/script-requests.js';
import { Fleet } from './fleet/fleet.js';
import { eventually } from './fleet/processes.js';

const BUCKET = 'javascript';
const ENDLESS = { epochs: '1000', epoch_seconds: '0.1' };

describe('the AWS SDK for JavaScript', () => {
  const fleet = new Fleet('postgres', 3, PATIENT_LEASES);
  const requests = scriptRequests(BUCKET);
  let recorder: Recorder;
  let sagemaker: SageMaker;

  beforeAll(async () => {
    await fleet.start();
    recorder = await startRecorder(fleet.endpoint.url);
    const { accessKeyId, secretAccessKey } = fleet.endpoint;
    const credentials = { accessKeyId, secretAccessKey };
    sagemaker = new SageMaker({ endpoint: recorder.url, region: 'us-east-1', credentials });
    const source = join(fleet.folder, 'data', 's3', BUCKET, 'source');
    mkdirSync(source, { recursive: true });
    execFileSync('tar', ['czf', join(source, 'sourcedir.tar.gz'), '-C', dirname(TRAINING_PROGRAM), 'train.py']);
    const Tags = [{ Key: 'team', Value: 'blue' }];
    await Promise.all([
      sagemaker.createTrainingJob({ ...requests.trainingJob('trained', { x: '0.5' }), Tags }),
      sagemaker.createTrainingJob(requests.trainingJob('broken', { fail: '1' })),
      sagemaker.createHyperParameterTuningJob({ ...requests.tuningJob('tuned', 3, { epochs: '1' }), Tags }),
    ]);
  });
  afterAll(async () => {
    sagemaker?.destroy();
    recorder?.stop();
    await fleet.stop();
  });

  describe('training jobs', () => {
    it('waits for one and describes it, with dates that are dates', async () => {
      expect(await waitFor('trained')).toBe('SUCCESS');
      const job = await sagemaker.describeTrainingJob({ TrainingJobName: 'trained' });
      expect(job).toMatchObject({ TrainingJobStatus: 'Completed', SecondaryStatus: 'Completed' });
      expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
        'Starting',
        'Downloading',
        'Training',
        'Uploading',
        'Completed',
      ]);
      expect(job.CreationTime).toBeInstanceOf(Date);
      expect(job.FinalMetricDataList?.[0]).toMatchObject({ MetricName: 'loss', Timestamp: expect.any(Date) });
      expect(job.FinalMetricDataList?.[0]?.Value).toBeCloseTo(0.04 + 0.1 / 3, 4);
      const model = job.ModelArtifacts?.S3ModelArtifacts ?? '';
      expect(existsSync(join(fleet.folder, 'data', model.replace('s3://', 's3/')))).toBe(true);
    });

    it('refuses to wait for one that failed', async () => {
      await expect(waitFor('broken')).rejects.toThrow(/FAILURE/);
      const { FailureReason } = await sagemaker.describeTrainingJob({ TrainingJobName: 'broken' });
      expect(FailureReason).toContain('The data are not what they should be.');
    });

    it('stops one that runs, and deletes it when it has ended', async () => {
      const TrainingJobName = 'endless';
      await sagemaker.createTrainingJob(requests.trainingJob(TrainingJobName, ENDLESS));
      await eventually('the program runs', async () => {
        const { SecondaryStatus } = await sagemaker.describeTrainingJob({ TrainingJobName });
        return SecondaryStatus === 'Training' ? true : undefined;
      });
      await expect(sagemaker.deleteTrainingJob({ TrainingJobName })).rejects.toThrow(ResourceInUse);
      await sagemaker.stopTrainingJob({ TrainingJobName });
      const { TrainingJobStatus } = await sagemaker.describeTrainingJob({ TrainingJobName });
      expect(['Stopping', 'Stopped']).toContain(TrainingJobStatus);
      expect(await waitFor(TrainingJobName)).toBe('SUCCESS');
      await sagemaker.deleteTrainingJob({ TrainingJobName });
      const unknown = await errorOf(sagemaker.describeTrainingJob({ TrainingJobName }));
      expect(`${unknown.name}: ${unknown.message}`).toBe('ValidationException: Requested resource not found.');
      expect(unknown.$metadata.httpStatusCode).toBe(400);
    });

    it('takes an update that changes nothing', async () => {
      await waitFor('trained');
      const change = { TrainingJobName: 'trained', ResourceConfig: { KeepAlivePeriodInSeconds: 0 } };
      expect((await sagemaker.updateTrainingJob(change)).TrainingJobArn).toMatch(/training-job\/trained$/);
    });

    it('lists them page by page', async () => {
      await endedTuning('tuned');
      const names: string[] = [];
      const pages = paginateListTrainingJobs(
        { client: sagemaker, pageSize: 2 },
        { NameContains: 'tuned', SortBy: 'Name', SortOrder: 'Ascending' },
      );
      for await (const page of pages) {
        expect(page.TrainingJobSummaries?.length).toBeLessThanOrEqual(2);
        names.push(...(page.TrainingJobSummaries ?? []).map((summary) => summary.TrainingJobName ?? ''));
      }
      expect(names).toHaveLength(3);
      expect(names).toEqual([...names].sort());
    });
  });

  describe('tuning jobs', () => {
    it('describes one with its best training job, and lists what was tried', async () => {
      const job = await endedTuning('tuned');
      expect(job).toMatchObject({
        HyperParameterTuningJobStatus: 'Completed',
        TrainingJobStatusCounters: { Completed: 3, InProgress: 0 },
        ObjectiveStatusCounters: { Succeeded: 3, Pending: 0, Failed: 0 },
      });
      const tried = [];
      const pages = paginateListTrainingJobsForHyperParameterTuningJob(
        { client: sagemaker, pageSize: 2 },
        { HyperParameterTuningJobName: 'tuned', SortBy: 'FinalObjectiveMetricValue', SortOrder: 'Ascending' },
      );
      for await (const page of pages) tried.push(...(page.TrainingJobSummaries ?? []));
      expect(tried).toHaveLength(3);
      expect(tried[0]).toEqual(job.BestTrainingJob);
      const listed = [];
      for await (const page of paginateListHyperParameterTuningJobs({ client: sagemaker }, { NameContains: 'tuned' })) {
        listed.push(...(page.HyperParameterTuningJobSummaries ?? []));
      }
      expect(listed).toMatchObject([{ HyperParameterTuningJobName: 'tuned', Strategy: 'Random' }]);
    });

    it('stops one with all it has started, and deletes it', async () => {
      const HyperParameterTuningJobName = 'long';
      await sagemaker.createHyperParameterTuningJob(requests.tuningJob(HyperParameterTuningJobName, 50, ENDLESS));
      await sagemaker.stopHyperParameterTuningJob({ HyperParameterTuningJobName });
      expect((await endedTuning(HyperParameterTuningJobName)).HyperParameterTuningJobStatus).toBe('Stopped');
      await sagemaker.deleteHyperParameterTuningJob({ HyperParameterTuningJobName });
      await expect(sagemaker.describeHyperParameterTuningJob({ HyperParameterTuningJobName })).rejects.toThrow(
        ResourceNotFound,
      );
    });

    it('knows the errors as classes', async () => {
      await expect(sagemaker.createTrainingJob(requests.trainingJob('trained', {}))).rejects.toThrow(ResourceInUse);
      await expect(sagemaker.createHyperParameterTuningJob(requests.tuningJob('tuned', 1, {}))).rejects.toThrow(
        ResourceInUse,
      );
      const wrong = requests.tuningJob('wrong', 1, {});
      wrong.HyperParameterTuningJobConfig.ResourceLimits.MaxParallelTrainingJobs = 0;
      const refused = await errorOf(sagemaker.createHyperParameterTuningJob(wrong));
      expect(refused.name).toBe('ValidationException');
      expect(refused.message).toContain('maxParallelTrainingJobs');
    });
  });

  describe('tags and search', () => {
    it('tags a job and finds it by its tags', async () => {
      const { TrainingJobArn: ResourceArn } = await sagemaker.describeTrainingJob({ TrainingJobName: 'trained' });
      await sagemaker.addTags({ ResourceArn, Tags: [{ Key: 'stage', Value: 'test' }] });
      await sagemaker.deleteTags({ ResourceArn, TagKeys: ['nobody'] });
      const tags = [];
      for await (const page of paginateListTags({ client: sagemaker }, { ResourceArn }))
        tags.push(...(page.Tags ?? []));
      expect(tags).toEqual(
        expect.arrayContaining([
          { Key: 'team', Value: 'blue' },
          { Key: 'stage', Value: 'test' },
        ]),
      );
      const filter = (Name: string, Value: string) => ({ Name, Operator: 'Equals' as const, Value });
      const SearchExpression = { Filters: [filter('Tags.stage', 'test'), filter('HyperParameters.x', '0.5')] };
      const found = [];
      const pages = paginateSearch({ client: sagemaker }, { Resource: 'TrainingJob', SearchExpression });
      for await (const page of pages) found.push(...(page.Results ?? []));
      expect(found.map(({ TrainingJob }) => TrainingJob?.TrainingJobName)).toEqual(['trained']);
      const { PropertyNameSuggestions } = await sagemaker.getSearchSuggestions({
        Resource: 'TrainingJob',
        SuggestionQuery: { PropertyNameQuery: { PropertyNameHint: 'Tags.' } },
      });
      expect(PropertyNameSuggestions).toContainEqual({ PropertyName: 'Tags.team' });
    });
  });

  it('was served what the compatibility page says', async () => {
    await expect(recorder.page).toMatchFileSnapshot('./clients/records/aws-sdk-javascript.json');
  });

  async function waitFor(TrainingJobName: string): Promise<string> {
    const patience = { client: sagemaker, maxWaitTime: 60, minDelay: 1, maxDelay: 1 };
    return (await waitUntilTrainingJobCompletedOrStopped(patience, { TrainingJobName })).state;
  }

  function endedTuning(HyperParameterTuningJobName: string) {
    return eventually(`${HyperParameterTuningJobName} has ended`, async () => {
      const job = await sagemaker.describeHyperParameterTuningJob({ HyperParameterTuningJobName });
      return ['InProgress', 'Stopping'].includes(job.HyperParameterTuningJobStatus ?? '') ? undefined : job;
    });
  }
});

/** The error that a call must end in. */
async function errorOf(call: Promise<unknown>): Promise<SageMakerServiceException> {
  const error = await call.catch((reason: unknown) => reason);
  if (error instanceof SageMakerServiceException) return error;
  throw new Error('The call was not refused.', { cause: error });
}
