import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsCli } from './clients/aws-cli.js';
import { PATIENT_LEASES } from './clients/environment.js';
import { type Recorder, startRecorder } from './clients/recorder.js';
import { scriptRequests, TRAINING_PROGRAM } from './clients/script-requests.js';
import { Fleet } from './fleet/fleet.js';
import { eventually } from './fleet/processes.js';

const BUCKET = 'cli-bucket';
const GROUP = '/aws/sagemaker/TrainingJobs';
/** The exit code of the CLI's version 1 for an answer that is an error, and for a wait that came to another end. */
const FAILED = 255;

/** Set by the chores, unless the CLI does not install here. */
const isInstalled = process.env.FLEETUNE_TEST_AWS_CLI !== undefined;

describe.runIf(isInstalled)('the AWS CLI', () => {
  const fleet = new Fleet('postgres', 3, PATIENT_LEASES);
  const requests = scriptRequests(BUCKET);
  let recorder: Recorder;
  let aws: AwsCli;

  beforeAll(async () => {
    await fleet.start();
    recorder = await startRecorder(fleet.endpoint.url);
    aws = new AwsCli({ ...fleet.endpoint, url: recorder.url }, fleet.folder);
    execFileSync('tar', ['czf', `${fleet.folder}/sourcedir.tar.gz`, '-C', dirname(TRAINING_PROGRAM), 'train.py']);
    await aws.text('s3', 'mb', `s3://${BUCKET}`);
    await aws.text('s3', 'cp', 'sourcedir.tar.gz', `s3://${BUCKET}/source/sourcedir.tar.gz`);
    // What the tests are about runs while the first of them look.
    await Promise.all([
      create('create-training-job', requests.trainingJob('trained', { x: '0.5' })),
      create('create-training-job', requests.trainingJob('broken', { fail: '1' })),
      create('create-hyper-parameter-tuning-job', requests.tuningJob('tuned', 3, { epochs: '1' })),
    ]);
  });
  afterAll(async () => {
    recorder?.stop();
    await fleet.stop();
  });

  describe('training jobs', () => {
    it('waits for one and shows what is asked for', async () => {
      await ended('trained');
      await aws.text('sagemaker', 'wait', 'training-job-completed-or-stopped', '--training-job-name', 'trained');
      const query = '[TrainingJobStatus, SecondaryStatus, FinalMetricDataList[0].MetricName]';
      const shown = await describeTraining('trained', '--query', query, '--output', 'text');
      expect(shown.split(/\s+/)).toEqual(['Completed', 'Completed', 'loss']);
    });

    it('ends a wait for one that failed with an exit code of its own', async () => {
      await ended('broken');
      const wait = ['sagemaker', 'wait', 'training-job-completed-or-stopped', '--training-job-name', 'broken'];
      const { exitCode, stderr } = await aws.run(...wait);
      expect(exitCode).toBe(FAILED);
      expect(stderr).toContain('terminal failure state');
      expect(await describeTraining('broken', '--query', 'FailureReason')).toContain('The data are not what they');
    });

    it('stops one that runs, and deletes it when it has ended', async () => {
      await create('create-training-job', requests.trainingJob('endless', { epochs: '1000', epoch_seconds: '0.1' }));
      await eventually('the program runs', async () =>
        (await describeTraining('endless', '--query', 'SecondaryStatus')) === '"Training"' ? true : undefined,
      );
      await aws.text('sagemaker', 'stop-training-job', '--training-job-name', 'endless');
      expect(await ended('endless')).toBe('Stopped');
      await aws.text('sagemaker', 'delete-training-job', '--training-job-name', 'endless');
      const { exitCode, stderr } = await aws.run(
        'sagemaker',
        'describe-training-job',
        '--training-job-name',
        'endless',
      );
      expect(exitCode).toBe(FAILED);
      expect(stderr).toContain('(ValidationException)');
      expect(stderr).toContain('Requested resource not found.');
    });

    it('takes an update that changes nothing', async () => {
      const keep = ['--resource-config', 'KeepAlivePeriodInSeconds=0'];
      const query = ['--query', 'TrainingJobArn', '--output', 'text'];
      const arn = await aws.text(
        'sagemaker',
        'update-training-job',
        '--training-job-name',
        'trained',
        ...keep,
        ...query,
      );
      expect(arn).toMatch(/training-job\/trained$/);
    });

    it('lists them page by page', async () => {
      await endedTuning('tuned');
      const list = ['sagemaker', 'list-training-jobs', '--sort-by', 'Name', '--sort-order', 'Ascending'];
      const query = ['--query', 'TrainingJobSummaries[].TrainingJobName'];
      const names = await aws.json<string[]>(...list, '--page-size', '2', '--name-contains', 'tuned', ...query);
      expect(names).toHaveLength(3);
      expect(names).toEqual([...names].sort());
      const first = await aws.json<{ NextToken: string }>(...list, '--max-items', '2');
      const rest = await aws.json<string[]>(...list, '--starting-token', first.NextToken, ...query);
      expect(rest.length).toBeGreaterThanOrEqual(3);
    });
  });

  describe('tuning jobs', () => {
    it('lists what was tried, the best first, as the README shows', async () => {
      await endedTuning('tuned');
      const listed = await aws.json<{ HyperParameterTuningJobSummaries: { HyperParameterTuningJobName: string }[] }>(
        'sagemaker',
        'list-hyper-parameter-tuning-jobs',
      );
      const names = listed.HyperParameterTuningJobSummaries.map((job) => job.HyperParameterTuningJobName);
      expect(names).toContain('tuned');
      const best = await aws.text(
        'sagemaker',
        'list-training-jobs-for-hyper-parameter-tuning-job',
        ...['--hyper-parameter-tuning-job-name', 'tuned'],
        ...['--sort-by', 'FinalObjectiveMetricValue', '--sort-order', 'Ascending', '--max-results', '1'],
        ...['--query', 'TrainingJobSummaries[0].TrainingJobName', '--output', 'text'],
      );
      const described = await describeTuning('tuned', '--query', 'BestTrainingJob.TrainingJobName', '--output', 'text');
      expect(best).toBe(described);
    });

    it('stops one with all it has started', async () => {
      await create(
        'create-hyper-parameter-tuning-job',
        requests.tuningJob('long', 50, { epochs: '1000', epoch_seconds: '0.1' }),
      );
      await aws.text('sagemaker', 'stop-hyper-parameter-tuning-job', '--hyper-parameter-tuning-job-name', 'long');
      expect(await endedTuning('long')).toBe('Stopped');
      await aws.text('sagemaker', 'delete-hyper-parameter-tuning-job', '--hyper-parameter-tuning-job-name', 'long');
    });

    it('shows them as a table', async () => {
      const table = await describeTuning('tuned', '--output', 'table', '--query', 'TrainingJobStatusCounters');
      expect(table).toContain('DescribeHyperParameterTuningJob');
    });
  });

  describe('tags and search', () => {
    it('tags a job, finds it by the tag, and takes the tag away', async () => {
      await ended('trained');
      const arn = await describeTraining('trained', '--query', 'TrainingJobArn', '--output', 'text');
      await aws.text('sagemaker', 'add-tags', '--resource-arn', arn, '--tags', 'Key=team,Value=blue');
      const tags = ['sagemaker', 'list-tags', '--resource-arn', arn, '--query', 'Tags'];
      expect(await aws.json(...tags)).toEqual([{ Key: 'team', Value: 'blue' }]);
      const expression = { Filters: [{ Name: 'Tags.team', Operator: 'Equals', Value: 'blue' }] };
      const search = ['sagemaker', 'search', '--resource', 'TrainingJob'];
      const found = await aws.json(
        ...[...search, '--search-expression', JSON.stringify(expression)],
        ...['--query', 'Results[].TrainingJob.TrainingJobName'],
      );
      expect(found).toEqual(['trained']);
      const suggested = await aws.text(
        ...['sagemaker', 'get-search-suggestions', '--resource', 'TrainingJob'],
        ...['--suggestion-query', 'PropertyNameQuery={PropertyNameHint=Tags.}', '--query', 'PropertyNameSuggestions'],
      );
      expect(suggested).toContain('Tags.team');
      await aws.text('sagemaker', 'delete-tags', '--resource-arn', arn, '--tag-keys', 'team');
      expect(await aws.json(...tags)).toEqual([]);
    });
  });

  describe('the services around', () => {
    it('reads the log of a training job', async () => {
      await ended('trained');
      const stream = await aws.text(
        ...['logs', 'describe-log-streams', '--log-group-name', GROUP, '--log-stream-name-prefix', 'trained/'],
        ...['--query', 'logStreams[0].logStreamName', '--output', 'text'],
      );
      const messages = ['--query', 'events[].message'];
      const group = ['--log-group-name', GROUP];
      expect(
        await aws.json(
          'logs',
          'get-log-events',
          ...group,
          '--log-stream-name',
          stream,
          '--start-from-head',
          ...messages,
        ),
      ).toEqual(['epoch=0 loss=0.140000', 'epoch=1 loss=0.090000', 'epoch=2 loss=0.073333']);
      const filter = ['--log-stream-name-prefix', 'trained/', '--filter-pattern', '"epoch=2"'];
      expect(await aws.json('logs', 'filter-log-events', ...group, ...filter, ...messages)).toEqual([
        'epoch=2 loss=0.073333',
      ]);
      expect(await aws.text('logs', 'describe-log-groups', '--query', 'logGroups[].logGroupName')).toContain(GROUP);
    });

    it('charts the metrics of a training job', async () => {
      await ended('trained');
      const dimension = 'Name=TrainingJobName,Value=trained';
      const named = ['--namespace', GROUP, '--metric-name', 'loss', '--dimensions', dimension];
      const listed = await aws.text('cloudwatch', 'list-metrics', ...named, '--query', 'Metrics[].MetricName');
      expect(JSON.parse(listed)).toEqual(['loss']);
      const hourMs = 3_600_000;
      const times = [-hourMs, hourMs].map((offsetMs) => new Date(Date.now() + offsetMs).toISOString());
      const window = ['--start-time', times[0] ?? '', '--end-time', times[1] ?? ''];
      const counted = await aws.json<number[]>(
        ...['cloudwatch', 'get-metric-statistics', ...named, ...window, '--period', '60'],
        ...['--statistics', 'SampleCount', '--query', 'Datapoints[].SampleCount'],
      );
      expect(counted.reduce((sum, count) => sum + count, 0)).toBe(3);
      const metric = {
        Namespace: GROUP,
        MetricName: 'loss',
        Dimensions: [{ Name: 'TrainingJobName', Value: 'trained' }],
      };
      const queries = [{ Id: 'm', MetricStat: { Metric: metric, Period: 60, Stat: 'Minimum' } }];
      const values = await aws.json<number[]>(
        ...['cloudwatch', 'get-metric-data', '--metric-data-queries', JSON.stringify(queries), ...window],
        ...['--query', 'MetricDataResults[0].Values'],
      );
      expect(Math.min(...values)).toBeCloseTo(0.073333, 5);
    });

    it('knows who asks, the role, and the image', async () => {
      const account = await aws.text('sts', 'get-caller-identity', '--query', 'Account', '--output', 'text');
      expect(account).toMatch(/^\d{12}$/);
      const role = await aws.text('iam', 'get-role', '--role-name', 'trainer', '--query', 'Role.Arn');
      expect(JSON.parse(role)).toBe(`arn:aws:iam::${account}:role/trainer`);
      const image = ['--repository-name', 'sagemaker-xgboost', '--image-ids', 'imageTag=1.7-1'];
      expect(await aws.text('ecr', 'describe-images', ...image)).toContain('1.7-1');
      expect(await aws.text('ecr', 'describe-repositories', '--repository-names', 'sagemaker-xgboost')).toContain(
        'sagemaker-xgboost',
      );
    });
  });

  describe('objects', () => {
    it('copies, lists, synchronizes and removes them, as the cleaning up after a tuning job does', async () => {
      const folder = join(fleet.folder, 'objects');
      mkdirSync(join(folder, 'deep'), { recursive: true });
      const large = randomBytes(17 * 1024 * 1024);
      writeFileSync(join(folder, 'large'), large);
      writeFileSync(join(folder, 'deep', 'small.csv'), '1,2\n');
      const there = `s3://${BUCKET}/amt-visualize-demo`;
      await aws.text('s3', 'sync', 'objects', there);
      expect(await aws.text('s3', 'sync', 'objects', there)).toBe('');
      const listed = await aws.text('s3', 'ls', '--recursive', `${there}/`);
      expect(listed.split('\n').map((line) => line.trim().split(/\s+/).slice(2))).toEqual([
        ['4', 'amt-visualize-demo/deep/small.csv'],
        [String(large.length), 'amt-visualize-demo/large'],
      ]);
      expect(await aws.text('s3', 'ls', `${there}/`)).toContain('PRE deep/');
      await aws.text('s3', 'cp', `${there}/large`, 'back');
      expect(readFileSync(join(fleet.folder, 'back')).equals(large)).toBe(true);
      await aws.text('s3', 'cp', '--recursive', there, 'copied');
      expect(readdirSync(join(fleet.folder, 'copied'), { recursive: true }).sort()).toEqual([
        'deep',
        'deep/small.csv',
        'large',
      ]);
      const url = await aws.text('s3', 'presign', `${there}/deep/small.csv`);
      expect(await (await fetch(url)).text()).toBe('1,2\n');
      await aws.text('s3', 'rm', there, '--recursive');
      expect((await aws.run('s3', 'ls', `${there}/`)).exitCode).toBe(1);
    });

    it('finds the model of a training job where its description says', async () => {
      await ended('trained');
      const query = ['--query', 'ModelArtifacts.S3ModelArtifacts', '--output', 'text'];
      const model = await describeTraining('trained', ...query);
      await aws.text('s3', 'cp', model, 'model.tar.gz');
      const members = execFileSync('tar', ['tzf', join(fleet.folder, 'model.tar.gz')], { encoding: 'utf8' });
      expect(members).toContain('x');
    });
  });

  it('was served what the compatibility page says', async () => {
    await expect(recorder.page).toMatchFileSnapshot('./clients/records/aws-cli.json');
  });

  async function create(command: string, request: object): Promise<void> {
    const file = `${Object.values(request)[0]}.json`;
    writeFileSync(join(fleet.folder, file), JSON.stringify(request));
    await aws.text('sagemaker', command, '--cli-input-json', `file://${file}`);
  }

  function describeTraining(name: string, ...more: readonly string[]): Promise<string> {
    return aws.text('sagemaker', 'describe-training-job', '--training-job-name', name, ...more);
  }

  function describeTuning(name: string, ...more: readonly string[]): Promise<string> {
    const describe = ['sagemaker', 'describe-hyper-parameter-tuning-job', '--hyper-parameter-tuning-job-name', name];
    return aws.text(...describe, ...more);
  }

  function ended(name: string): Promise<string> {
    return eventually(`${name} has ended`, async () =>
      endStatus(await describeTraining(name, '--query', 'TrainingJobStatus', '--output', 'text')),
    );
  }

  function endedTuning(name: string): Promise<string> {
    return eventually(`${name} has ended`, async () =>
      endStatus(await describeTuning(name, '--query', 'HyperParameterTuningJobStatus', '--output', 'text')),
    );
  }
});

/** Undefined while the end is still to come. */
function endStatus(status: string): string | undefined {
  return status === 'InProgress' || status === 'Stopping' ? undefined : status;
}
