import {
  CreateHyperParameterTuningJobCommand,
  CreateTrainingJobCommand,
  type Filter,
  GetSearchSuggestionsCommand,
  paginateSearch,
  SearchCommand,
  type SearchRequest,
} from '@aws-sdk/client-sagemaker';
import type { TrainingJobView } from '@fleetune/scheduler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trainingJobRequest, tuningJobRequest } from '../fixtures/requests.fixture.js';
import { OTHER_CREDENTIALS, type ServedApi, serveApi, TENANT } from '../fixtures/served-api.fixture.js';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi();
});
afterEach(async () => {
  await api.close();
  expect(api.failures).toEqual([]);
});

const DAY_MS = Date.UTC(2026, 0, 10);

/** Three jobs, of the 10th, 11th and 12th of January: a (completed, accurate), b (failed), c (running). */
async function threeJobs(): Promise<void> {
  await addJob('a', { eta: '0.1', depth: '6' }, { status: 'Completed', secondaryStatus: 'Completed' }, 0, 0.95);
  await addJob('b', { eta: '0.5', depth: '10' }, { status: 'Failed', failureReason: 'AlgorithmError: no' }, 1, 0.5);
  await addJob('c', { eta: '1.7', booster: 'dart' }, {}, 2);
}

async function addJob(
  name: string,
  HyperParameters: Record<string, string>,
  change: Partial<TrainingJobView>,
  day: number,
  accuracy?: number,
): Promise<void> {
  const Tags = [
    { Key: 'team', Value: `team-${name}` },
    { Key: 'a.b', Value: 'dotted' },
  ];
  await api
    .client()
    .send(
      new CreateTrainingJobCommand(
        trainingJobRequest({ TrainingJobName: name, HyperParameters, Tags: name === 'c' ? [] : Tags }),
      ),
    );
  const timeMs = DAY_MS + day * 86_400_000;
  api.jobs.changeTrainingJob(TENANT, name, {
    creationTimeMs: timeMs,
    lastModifiedTimeMs: timeMs,
    ...(accuracy === undefined ? {} : { finalMetrics: [{ name: 'accuracy', value: accuracy, timestampMs: timeMs }] }),
    ...change,
  });
}

async function names(request: Omit<SearchRequest, 'Resource'>): Promise<string[]> {
  const { Results = [] } = await api.client().send(new SearchCommand({ Resource: 'TrainingJob', ...request }));
  return Results.map(({ TrainingJob }) => TrainingJob?.TrainingJobName ?? '');
}

const byFilters = async (...Filters: Filter[]) => (await names({ SearchExpression: { Filters } })).sort().join('');

describe('a filter', () => {
  it.each<[string, string, Filter['Operator'], string | undefined]>([
    ['a', 'TrainingJobName', 'Equals', 'a'],
    ['a', 'TrainingJobName', undefined, 'a'],
    ['bc', 'TrainingJobName', 'NotEquals', 'a'],
    ['c', 'TrainingJobName', 'GreaterThan', 'b'],
    ['bc', 'TrainingJobName', 'GreaterThanOrEqualTo', 'b'],
    ['a', 'TrainingJobName', 'LessThan', 'b'],
    ['ab', 'TrainingJobName', 'LessThanOrEqualTo', 'b'],
    ['ac', 'TrainingJobName', 'In', 'a, c,d'],
    ['abc', 'TrainingJobArn', 'Contains', 'training-job/'],
    ['b', 'TrainingJobStatus', 'Equals', 'Failed'],
    ['', 'TrainingJobStatus', 'Equals', 'Deleting'],
    ['ac', 'TrainingJobStatus', 'In', 'Completed,InProgress'],
    ['b', 'FailureReason', 'Contains', 'AlgorithmError'],
    ['ac', 'FailureReason', 'NotExists', undefined],
    ['bc', 'CreationTime', 'GreaterThanOrEqualTo', '2026-01-11T00:00:00'],
    ['c', 'CreationTime', 'GreaterThan', '2026-01-11T00:00:00Z'],
    ['a', 'CreationTime', 'LessThan', '2026-01-11T01:00:00+01:00'],
    ['b', 'LastModifiedTime', 'Equals', '2026-01-11'],
    ['ab', 'LastModifiedTime', 'LessThanOrEqualTo', '2026-01-11T00:00:00'],
    ['a', 'Tags.team', 'Equals', 'team-a'],
    ['ab', 'Tags.team', 'Exists', undefined],
    ['c', 'Tags.team', 'NotExists', undefined],
    ['bc', 'Tags.team', 'NotEquals', 'team-a'],
    ['ab', 'Tags.a.b', 'Equals', 'dotted'],
    ['ab', 'HyperParameters.eta', 'LessThanOrEqualTo', '0.50'],
    ['ab', 'HyperParameters.eta', 'LessThan', '1'],
    ['c', 'HyperParameters.eta', 'Equals', '1'],
    ['b', 'HyperParameters.depth', 'GreaterThan', '6'],
    ['a', 'HyperParameters.depth', 'Equals', '6.0'],
    ['c', 'HyperParameters.booster', 'Contains', 'ar'],
    ['', 'HyperParameters.booster', 'GreaterThan', '0'],
    ['a', 'Metrics.accuracy', 'GreaterThan', '0.9'],
    ['ab', 'Metrics.accuracy', 'Exists', undefined],
    ['', 'Metrics.loss', 'Exists', undefined],
    ['ab', 'FinalMetricDataList.MetricName', 'Equals', 'accuracy'],
    ['abc', 'ResourceConfig.InstanceType', 'Equals', 'ml.m5.xlarge'],
    ['abc', 'ResourceConfig.VolumeSizeInGB', 'GreaterThan', '1e1'],
    ['abc', 'InputDataConfig.DataSource.S3DataSource.S3Uri', 'Contains', 'churn'],
    ['abc', 'EnableNetworkIsolation', 'Equals', 'TRUE'],
    ['', 'EnableNetworkIsolation', 'NotEquals', 'true'],
    ['abc', 'CheckpointConfig', 'Exists', undefined],
  ])('finds "%s" by %s %s %s', async (found, Name, Operator, Value) => {
    await threeJobs();
    expect(await byFilters({ Name, Operator, Value })).toBe(found);
  });

  it.each<[Filter, string]>([
    [{ Name: 'Nonsense', Value: 'x' }, 'Member must be a property of the resource'],
    [{ Name: 'TrainingJobName.More', Value: 'x' }, 'Member must be a property of the resource'],
    [{ Name: 'constructor', Value: 'x' }, 'Member must be a property of the resource'],
    [{ Name: 'CreationTime', Value: 'yesterday' }, 'Member must be a time such as 2026-01-31T12:00:00'],
    [{ Name: 'Metrics.accuracy', Value: 'high' }, 'Member must be a number'],
    [{ Name: 'EnableNetworkIsolation', Value: 'yes' }, 'Member must be true or false'],
    [{ Name: 'CreationTime', Operator: 'Contains', Value: '2026' }, 'for the property CreationTime'],
    [{ Name: 'InputDataConfig', Value: 'x' }, 'Member must be one of [Exists, NotExists]'],
    [{ Name: 'TrainingJobName' }, 'Member must not be null with the operator Equals'],
    [{ Name: 'TrainingJobName', Operator: 'Exists', Value: 'x' }, 'Member must be left out with the operator Exists'],
  ])('is refused: %j', async (filter, reason) => {
    await expect(names({ SearchExpression: { Filters: [filter] } })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/'searchExpression\.filters\.1\.member\.(name|operator|value)'/),
    });
    await expect(names({ SearchExpression: { Filters: [filter] } })).rejects.toThrow(reason);
  });
});

describe('an expression', () => {
  const eta: Filter = { Name: 'HyperParameters.eta', Operator: 'GreaterThan', Value: '0.3' };
  const failed: Filter = { Name: 'TrainingJobStatus', Operator: 'Equals', Value: 'Failed' };
  const accurate: Filter = { Name: 'Metrics.accuracy', Operator: 'GreaterThan', Value: '0.9' };

  it('joins its parts by And unless it says Or', async () => {
    await threeJobs();
    expect(await names({ SearchExpression: { Filters: [eta, failed] } })).toEqual(['b']);
    expect(await names({ SearchExpression: { Filters: [eta, failed], Operator: 'Or' } })).toEqual(['c', 'b']);
    const SubExpressions = [{ Filters: [eta, failed] }, { Filters: [accurate] }];
    expect(await names({ SearchExpression: { SubExpressions, Operator: 'Or' } })).toEqual(['b', 'a']);
    expect(await names({ SearchExpression: { Filters: [eta], SubExpressions } })).toEqual([]);
  });

  it('holds nested filters against one element of a list at a time', async () => {
    const channel = (ChannelName: string, S3Uri: string) => ({
      ChannelName,
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri } },
    });
    for (const [TrainingJobName, train] of [
      ['x', 's3://one/'],
      ['y', 's3://two/'],
    ] as const) {
      const InputDataConfig = [channel('train', train), channel('test', 's3://one/')];
      await api.client().send(new CreateTrainingJobCommand(trainingJobRequest({ TrainingJobName, InputDataConfig })));
    }
    const Filters: Filter[] = [
      { Name: 'InputDataConfig.ChannelName', Operator: 'Equals', Value: 'train' },
      { Name: 'InputDataConfig.DataSource.S3DataSource.S3Uri', Operator: 'Contains', Value: 'one' },
    ];
    expect(await byFilters(...Filters)).toBe('xy');
    const NestedFilters = [{ NestedPropertyName: 'InputDataConfig', Filters }];
    expect(await names({ SearchExpression: { NestedFilters } })).toEqual(['x']);
  });

  it.each<[SearchRequest['SearchExpression'], string]>([
    [{}, 'at least one of filters'],
    [{ SubExpressions: [{}] }, "'searchExpression.subExpressions.1.member'"],
    [{ NestedFilters: [{ NestedPropertyName: 'ResourceConfig', Filters: [eta] }] }, 'a list of structures'],
    [{ NestedFilters: [{ NestedPropertyName: 'InputDataConfig', Filters: [eta] }] }, 'a property of the resource'],
    [
      { SubExpressions: Array.from({ length: 6 }, () => ({ Filters: Array.from({ length: 20 }, () => eta) })) },
      'at most 100 filters in all; it has 126',
    ],
  ])('is refused: %j', async (SearchExpression, reason) => {
    await expect(names({ SearchExpression })).rejects.toThrow(reason);
  });
});

describe('the order', () => {
  it.each<[string, SearchRequest['SortBy'], SearchRequest['SortOrder']]>([
    ['cba', undefined, undefined],
    ['abc', undefined, 'Ascending'],
    ['abc', 'TrainingJobName', 'Ascending'],
    ['cba', 'CreationTime', 'Descending'],
    ['abc', 'LastModifiedTime', 'Ascending'],
    ['abc', 'TrainingJobStatus', 'Ascending'],
    ['bac', 'Metrics.accuracy', 'Ascending'],
    ['abc', 'Metrics.accuracy', 'Descending'],
    ['abc', 'HyperParameters.depth', 'Ascending'],
    ['bac', 'Tags.team', 'Descending'],
  ])('is %s by %s %s, whatever the size of a page', async (order, SortBy, SortOrder) => {
    await threeJobs();
    const request = { SortBy, SortOrder };
    expect((await names(request)).join('')).toBe(order);
    for (const pageSize of [1, 2]) {
      const found: string[] = [];
      const pages = paginateSearch({ client: api.client(), pageSize }, { Resource: 'TrainingJob', ...request });
      for await (const { Results = [] } of pages) {
        expect(Results.length).toBeLessThanOrEqual(pageSize);
        found.push(...Results.map(({ TrainingJob }) => TrainingJob?.TrainingJobName ?? ''));
      }
      expect(found.join('')).toBe(order);
    }
  });

  it('is refused by what has no value', async () => {
    for (const SortBy of ['Nonsense', 'InputDataConfig']) {
      await expect(names({ SortBy })).rejects.toThrow('Member must be a property of the resource that has one value');
    }
  });
});

describe('many jobs', () => {
  const COUNT = 2300;

  async function manyJobs(count: number): Promise<void> {
    await api.client().send(new CreateTrainingJobCommand(trainingJobRequest({ TrainingJobName: 'model' })));
    const { spec, origin } = await api.jobs.describeTrainingJob(TENANT, 'model');
    for (let index = 0; index < count; index += 1) {
      const hyperparameters = { index: String(index), parity: index % 2 === 0 ? 'even' : 'odd' };
      const name = `job-${String(index).padStart(5, '0')}`;
      await api.jobs.createTrainingJob(TENANT, { name, spec: { ...spec, hyperparameters }, origin, tags: {} });
    }
  }

  it('are searched a bounded part at a time, and none is lost or found twice', async () => {
    await manyJobs(COUNT);
    const list = api.jobs.listTrainingJobs.bind(api.jobs);
    let read = 0;
    api.jobs.listTrainingJobs = async (tenant, query) => {
      const page = await list(tenant, query);
      read += page.items.length;
      return page;
    };
    const rare: Filter = { Name: 'HyperParameters.index', Operator: 'In', Value: '7,8,1500,2299' };
    const odd: Filter = { Name: 'HyperParameters.parity', Operator: 'Equals', Value: 'odd' };
    for (const [filter, expected, pageSize] of [
      [rare, ['00007', '00008', '01500', '02299'], 3],
      [odd, Array.from({ length: COUNT / 2 }, (_, index) => String(2 * index + 1).padStart(5, '0')), 97],
    ] as const) {
      const found: string[] = [];
      const request = { SearchExpression: { Filters: [filter] }, SortBy: 'TrainingJobName', SortOrder: 'Ascending' };
      const pages = paginateSearch({ client: api.client(), pageSize }, {
        Resource: 'TrainingJob',
        ...request,
      } as SearchRequest);
      read = 0;
      for await (const { Results = [] } of pages) {
        expect(read).toBeLessThanOrEqual(1200);
        read = 0;
        expect(Results.length).toBeLessThanOrEqual(pageSize);
        found.push(...Results.map(({ TrainingJob }) => TrainingJob?.TrainingJobName?.slice(4) ?? ''));
      }
      expect(found).toEqual(expected);
    }
  });

  it('are sorted by anything up to a number of them, then by what they are listed by', async () => {
    await manyJobs(5001);
    const byIndex = { SortBy: 'HyperParameters.index', MaxResults: 1 };
    await expect(names(byIndex)).rejects.toThrow(
      'More than 5000 jobs would have to be sorted by HyperParameters.index.',
    );
    const Filters: Filter[] = [{ Name: 'TrainingJobName', Operator: 'Contains', Value: 'job-00' }];
    expect(await names({ ...byIndex, SearchExpression: { Filters } })).toEqual(['job-00999']);
  });
});

it('goes on with the search that a token is of, and no other', async () => {
  await threeJobs();
  const search = (request: Omit<SearchRequest, 'Resource'>) =>
    api.client().send(new SearchCommand({ Resource: 'TrainingJob', MaxResults: 1, ...request }));
  const { NextToken } = await search({});
  expect((await search({ NextToken })).Results?.[0]?.TrainingJob?.TrainingJobName).toBe('b');
  for (const request of [{ NextToken, SortOrder: 'Ascending' as const }, { NextToken: 'nonsense' }]) {
    await expect(search(request)).rejects.toThrow('NextToken is not one that this query returned.');
  }
});

it('finds tuning jobs by their parts and by their best training job', async () => {
  for (const HyperParameterTuningJobName of ['one', 'two']) {
    await api
      .client()
      .send(new CreateHyperParameterTuningJobCommand(tuningJobRequest({ HyperParameterTuningJobName })));
  }
  const configuration = { eta: 0.1, max_depth: 3, tree_method: 'hist' };
  const bestTrainingJob = await api.jobs.addTunedTrainingJob(TENANT, 'two', 0, configuration, 0.5);
  api.jobs.changeTuningJob(TENANT, 'two', { status: 'Completed', bestTrainingJob, tags: { team: 'growth' } });
  const search = async (Name: string, Operator: Filter['Operator'], Value?: string) => {
    const request = { SearchExpression: { Filters: [{ Name, Operator, Value }] } };
    const { Results = [] } = await api
      .client()
      .send(new SearchCommand({ Resource: 'HyperParameterTuningJob', ...request }));
    return Results.map(({ HyperParameterTuningJob: job }) => job?.HyperParameterTuningJobName);
  };
  expect(await search('HyperParameterTuningJobStatus', 'Equals', 'Completed')).toEqual(['two']);
  expect(await search('HyperParameterTuningJobConfig.Strategy', 'Equals', 'Random')).toEqual(['two', 'one']);
  expect(await search('BestTrainingJob.TunedHyperParameters.eta', 'LessThan', '0.2')).toEqual(['two']);
  const metric = 'BestTrainingJob.FinalHyperParameterTuningJobObjectiveMetric.Value';
  expect(await search(metric, 'LessThanOrEqualTo', '0.5')).toEqual(['two']);
  expect(await search('Tags.team', 'NotExists')).toEqual(['one']);
});

it('shows a job with its tags, and not what only a description has', async () => {
  await threeJobs();
  const { Results } = await api.client().send(new SearchCommand({ Resource: 'TrainingJob', MaxResults: 3 }));
  expect(Results?.[2]?.TrainingJob).toMatchObject({
    TrainingJobName: 'a',
    TrainingJobStatus: 'Completed',
    CreationTime: new Date(DAY_MS),
    FinalMetricDataList: [{ MetricName: 'accuracy', Value: 0.95 }],
    Tags: [
      { Key: 'a.b', Value: 'dotted' },
      { Key: 'team', Value: 'team-a' },
    ],
  });
});

it('finds nothing of another tenant, nor of kinds of resource that are not there', async () => {
  await threeJobs();
  const stranger = api.client({ credentials: OTHER_CREDENTIALS });
  expect((await stranger.send(new SearchCommand({ Resource: 'TrainingJob' }))).Results).toEqual([]);
  expect((await api.client().send(new SearchCommand({ Resource: 'Endpoint' }))).Results).toEqual([]);
});

it('refuses to search other accounts', async () => {
  await expect(names({ CrossAccountFilterOption: 'CrossAccount' })).rejects.toThrow('accounts share nothing');
  await expect(names({ VisibilityConditions: [{ Key: 'k', Value: 'v' }] })).rejects.toThrow('visibilityConditions');
});

describe('GetSearchSuggestions', () => {
  const suggest = async (PropertyNameHint: string) => {
    const SuggestionQuery = { PropertyNameQuery: { PropertyNameHint } };
    const command = new GetSearchSuggestionsCommand({ Resource: 'TrainingJob', SuggestionQuery });
    const { PropertyNameSuggestions = [] } = await api.client().send(command);
    return PropertyNameSuggestions.map(({ PropertyName }) => PropertyName);
  };

  it('completes the names of properties, those of jobs too', async () => {
    await threeJobs();
    expect(await suggest('trainingj')).toEqual(['TrainingJobArn', 'TrainingJobName', 'TrainingJobStatus']);
    expect(await suggest('HyperParameters.')).toEqual([
      'HyperParameters.booster',
      'HyperParameters.depth',
      'HyperParameters.eta',
    ]);
    expect(await suggest('Metrics.')).toEqual(['Metrics.accuracy']);
    expect(await suggest('Tags.')).toEqual(['Tags.a.b', 'Tags.team']);
    expect(await suggest('zzz')).toEqual([]);
  });

  it('suggests nothing but what a filter takes', async () => {
    await threeJobs();
    for (const Resource of ['TrainingJob', 'HyperParameterTuningJob'] as const) {
      const command = new GetSearchSuggestionsCommand({ Resource });
      const { PropertyNameSuggestions = [] } = await api.client().send(command);
      expect(PropertyNameSuggestions.length).toBeGreaterThan(20);
      for (const { PropertyName: Name } of PropertyNameSuggestions) {
        const SearchExpression = { Filters: [{ Name, Operator: 'Exists' as const }] };
        await api.client().send(new SearchCommand({ Resource, SearchExpression }));
      }
    }
    expect(
      (await api.client().send(new GetSearchSuggestionsCommand({ Resource: 'Endpoint' }))).PropertyNameSuggestions,
    ).toEqual([]);
  });
});
