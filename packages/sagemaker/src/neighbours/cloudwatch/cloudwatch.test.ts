import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { CreateTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trainingJobRequest } from '../../fixtures/requests.fixture.js';
import { type ServedApi, serveApi, TENANT } from '../../fixtures/served-api.fixture.js';

const Namespace = '/aws/sagemaker/TrainingJobs';
const MINUTE_MS = 60_000;
/** Half a minute past a whole one. */
const T = Date.UTC(2026, 0, 1, 12, 0, 30);
const DEFAULT_NAMESPACE = 'com.amazonaws.cloudwatch';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi();
});
afterEach(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

async function reportedJob(TrainingJobName: string): Promise<void> {
  await api.client().send(new CreateTrainingJobCommand(trainingJobRequest({ TrainingJobName })));
  await api.jobs.report(TENANT, TrainingJobName, [
    { name: 'loss', value: 4, timestampMs: T },
    { name: 'loss', value: 2, timestampMs: T + 10_000 },
    { name: 'accuracy', value: 0.5, timestampMs: T + 10_000 },
    { name: 'loss', value: 1, timestampMs: T + 2 * MINUTE_MS },
    { name: 'loss', value: Number.NaN, timestampMs: T + 2 * MINUTE_MS },
  ]);
}

function query(Id: string, job: string, MetricName: string, Stat = 'Average') {
  const Metric = { Namespace, MetricName, Dimensions: [{ Name: 'TrainingJobName', Value: job }] };
  return { Id, MetricStat: { Metric, Period: 60, Stat } };
}

/** From an hour before to an hour after, as charts ask. */
function request(
  ...MetricDataQueries: GetMetricDataCommandInput['MetricDataQueries'] & object
): GetMetricDataCommandInput {
  return { StartTime: new Date(T - 60 * MINUTE_MS), EndTime: new Date(T + 60 * MINUTE_MS), MetricDataQueries };
}

const minute = (number: number) => new Date(T - 30_000 + number * MINUTE_MS);

describe.each([
  ['JSON 1.0, as the newer SDKs send', {}],
  ['RPC v2 CBOR', { protocol: SmithyRpcV2CborProtocol, protocolSettings: { defaultNamespace: DEFAULT_NAMESPACE } }],
  [
    'the query protocol',
    {
      protocol: AwsQueryProtocol,
      protocolSettings: {
        defaultNamespace: DEFAULT_NAMESPACE,
        xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
        version: '2010-08-01',
      },
    },
  ],
])('CloudWatch in %s', (_protocol, config) => {
  let client: CloudWatchClient;
  beforeEach(async () => {
    client = api.neighbour(CloudWatchClient, config);
    await reportedJob('churn');
  });

  it('lists the metrics of a job', async () => {
    const Dimensions = [{ Name: 'TrainingJobName', Value: 'churn' }];
    const found = await client.send(new ListMetricsCommand({ Namespace, Dimensions }));
    expect(found.Metrics).toEqual([
      { Namespace, MetricName: 'accuracy', Dimensions },
      { Namespace, MetricName: 'loss', Dimensions },
    ]);
  });

  it('gives averages by the minute, the newest first', async () => {
    const input = request(query('a', 'churn', 'loss'), query('b', 'churn', 'accuracy', 'Maximum'));
    const found = await client.send(new GetMetricDataCommand(input));
    expect(found.MetricDataResults).toMatchObject([
      { Id: 'a', Label: 'loss', Timestamps: [minute(2), minute(0)], Values: [1, 3], StatusCode: 'Complete' },
      { Id: 'b', Label: 'accuracy', Timestamps: [minute(0)], Values: [0.5], StatusCode: 'Complete' },
    ]);
  });

  it('says what is wrong with a request', async () => {
    const input = request({ ...query('a', 'churn', 'loss'), Expression: 'm1 + m2', MetricStat: undefined });
    await expect(client.send(new GetMetricDataCommand(input))).rejects.toMatchObject({
      message: expect.stringContaining('no expressions'),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('does not know operations that Fleetune has no use for', async () => {
    const command = new PutMetricDataCommand({ Namespace: 'mine', MetricData: [{ MetricName: 'x', Value: 1 }] });
    await expect(client.send(command)).rejects.toMatchObject({
      message: expect.stringContaining('CloudWatch PutMetricData'),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('refuses a wrong secret', async () => {
    const credentials = { accessKeyId: 'AKIAFLEETUNE0000TEST', secretAccessKey: 'wrong' };
    const stranger = api.neighbour(CloudWatchClient, { ...config, credentials });
    await expect(stranger.send(new ListMetricsCommand({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });
});

describe('ListMetrics', () => {
  it('pages through the metrics of all jobs', async () => {
    for (let job = 0; job < 15; job++) await reportedJob(`job-${job}`);
    const client = api.neighbour(CloudWatchClient);
    const first = await client.send(new ListMetricsCommand({ MetricName: 'loss' }));
    const second = await client.send(new ListMetricsCommand({ MetricName: 'loss', NextToken: first.NextToken }));
    expect(second.NextToken).toBeUndefined();
    const jobs = [...(first.Metrics ?? []), ...(second.Metrics ?? [])].map((metric) => metric.Dimensions?.[0]?.Value);
    expect(new Set(jobs).size).toBe(15);
    await expect(client.send(new ListMetricsCommand({ NextToken: 'x' }))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
  });

  it('finds nothing elsewhere', async () => {
    await reportedJob('churn');
    const client = api.neighbour(CloudWatchClient);
    for (const input of [
      { Namespace: 'AWS/EC2' },
      { Dimensions: [{ Name: 'Host', Value: 'churn/algo-1' }] },
      { Dimensions: [{ Name: 'TrainingJobName', Value: 'unknown' }] },
    ]) {
      expect((await client.send(new ListMetricsCommand(input))).Metrics).toEqual([]);
    }
  });
});

describe('GetMetricData', () => {
  it.each([
    ['Sum', 6],
    ['Minimum', 2],
    ['Maximum', 4],
    ['SampleCount', 2],
    ['p50', 3],
    ['p100', 4],
  ])('computes %s', async (stat, value) => {
    await reportedJob('churn');
    const input = { ...request(query('a', 'churn', 'loss', stat)), EndTime: new Date(T + MINUTE_MS) };
    const found = await api.neighbour(CloudWatchClient).send(new GetMetricDataCommand(input));
    expect(found.MetricDataResults?.[0]?.Values).toEqual([value]);
  });

  it.each(['tm99', 'p101', 'constructor'])('refuses the statistic %s', async (stat) => {
    const command = new GetMetricDataCommand(request(query('a', 'churn', 'loss', stat)));
    await expect(api.neighbour(CloudWatchClient).send(command)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
  });

  it('has nothing of jobs and metrics that are unknown', async () => {
    await reportedJob('churn');
    const input = request(query('a', 'unknown', 'loss'), query('b', 'churn', 'unknown'));
    const found = await api.neighbour(CloudWatchClient).send(new GetMetricDataCommand(input));
    expect(found.MetricDataResults?.map(({ Values }) => Values)).toEqual([[], []]);
  });

  it('goes on after a page of datapoints', async () => {
    await reportedJob('churn');
    const client = api.neighbour(CloudWatchClient);
    const input = { ...request(query('a', 'churn', 'loss'), query('b', 'churn', 'accuracy')), MaxDatapoints: 1 };
    const pages: (number[] | undefined)[][] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(new GetMetricDataCommand({ ...input, ScanBy: 'TimestampAscending', NextToken }));
      pages.push((page.MetricDataResults ?? []).map(({ Values }) => Values));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(pages).toEqual([
      [[3], []],
      [[1], []],
      [[], [0.5]],
    ]);
  });
});

it('gives the statistics that the analytics of the SageMaker SDK ask', async () => {
  await reportedJob('churn');
  const { StartTime, EndTime } = request();
  const found = await api.neighbour(CloudWatchClient).send(
    new GetMetricStatisticsCommand({
      Namespace,
      MetricName: 'loss',
      Dimensions: [{ Name: 'TrainingJobName', Value: 'churn' }],
      StartTime,
      EndTime,
      Period: 60,
      Statistics: ['Average', 'SampleCount'],
    }),
  );
  expect(found).toMatchObject({
    Label: 'loss',
    Datapoints: [
      { Timestamp: minute(0), Average: 3, SampleCount: 2, Unit: 'None' },
      { Timestamp: minute(2), Average: 1, SampleCount: 1, Unit: 'None' },
    ],
  });
});
