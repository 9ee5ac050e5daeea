import {
  AddTagsCommand,
  CreateHyperParameterTuningJobCommand,
  CreateTrainingJobCommand,
  DeleteTagsCommand,
  ListTagsCommand,
  paginateListTags,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trainingJobRequest, tuningJobRequest } from './fixtures/requests.fixture.js';
import { OTHER_CREDENTIALS, type ServedApi, serveApi, TENANT } from './fixtures/served-api.fixture.js';

const TRAINING_JOB = 'arn:aws:sagemaker:eu-west-1:123456789012:training-job/churn-1';
const TUNING_JOB = 'arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/churn-tuning';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi();
  await api.client().send(new CreateTrainingJobCommand(trainingJobRequest()));
  await api.client().send(new CreateHyperParameterTuningJobCommand(tuningJobRequest()));
});
afterEach(async () => {
  await api.close();
  expect(api.failures).toEqual([]);
});

describe.each([
  ['a training job', TRAINING_JOB, [{ Key: 'team', Value: 'growth' }]],
  ['a tuning job', TUNING_JOB, []],
])('the tags of %s', (_kind, ResourceArn, given) => {
  it('are added to, changed and taken away', async () => {
    const client = api.client();
    const added = await client.send(
      new AddTagsCommand({
        ResourceArn,
        Tags: [
          { Key: 'team', Value: 'churn' },
          { Key: 'stage', Value: '' },
        ],
      }),
    );
    const both = [
      { Key: 'stage', Value: '' },
      { Key: 'team', Value: 'churn' },
    ];
    expect(added.Tags).toEqual(both);
    expect((await client.send(new ListTagsCommand({ ResourceArn }))).Tags).toEqual(both);
    await client.send(new DeleteTagsCommand({ ResourceArn, TagKeys: ['team', 'unknown'] }));
    expect((await client.send(new ListTagsCommand({ ResourceArn }))).Tags).toEqual([{ Key: 'stage', Value: '' }]);
  });

  it('are those that the job was made with', async () => {
    expect((await api.client().send(new ListTagsCommand({ ResourceArn }))).Tags).toEqual(given);
  });

  it('are 50 at most', async () => {
    const Tags = Array.from({ length: 50 }, (_, index) => ({ Key: `key-${index}`, Value: 'x' }));
    await api.client().send(new DeleteTagsCommand({ ResourceArn, TagKeys: ['team'] }));
    await api.client().send(new AddTagsCommand({ ResourceArn, Tags }));
    await expect(
      api.client().send(new AddTagsCommand({ ResourceArn, Tags: [{ Key: 'one-more', Value: '' }] })),
    ).rejects.toMatchObject({ name: 'ValidationException', message: expect.stringContaining('51 tags') });
    expect((await api.client().send(new ListTagsCommand({ ResourceArn }))).Tags).toHaveLength(50);
  });
});

it('lists more tags than a page holds, page by page', async () => {
  const tags = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`key-${index}`, String(index)]));
  api.jobs.changeTrainingJob(TENANT, 'churn-1', { tags });
  const sizes: number[] = [];
  const listed: [string, string][] = [];
  for await (const { Tags = [] } of paginateListTags({ client: api.client() }, { ResourceArn: TRAINING_JOB })) {
    sizes.push(Tags.length);
    listed.push(...Tags.map(({ Key = '', Value = '' }) => [Key, Value] as [string, string]));
  }
  expect(sizes).toEqual([50, 50, 20]);
  expect(Object.fromEntries(listed)).toEqual(tags);
});

it.each([
  ['of a job nobody has', `${TRAINING_JOB}-unknown`],
  ['of another account', TRAINING_JOB.replace('123456789012', '210987654321')],
  ['of another region', TRAINING_JOB.replace('eu-west-1', 'us-east-1')],
  ['of another kind of resource', 'arn:aws:sagemaker:eu-west-1:123456789012:endpoint/churn-1'],
  ['of something that every object has', 'arn:aws:sagemaker:eu-west-1:123456789012:toString/churn-1'],
  ['with more than a name', `${TRAINING_JOB}/1`],
])('refuses the ARN %s', async (_case, ResourceArn) => {
  for (const command of [
    new AddTagsCommand({ ResourceArn, Tags: [] }),
    new ListTagsCommand({ ResourceArn }),
    new DeleteTagsCommand({ ResourceArn, TagKeys: ['team'] }),
  ]) {
    await expect(api.client().send(command as ListTagsCommand)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Requested resource not found.'),
    });
  }
});

it("does not show another tenant's tags", async () => {
  const stranger = api.client({ credentials: OTHER_CREDENTIALS });
  await expect(stranger.send(new ListTagsCommand({ ResourceArn: TRAINING_JOB }))).rejects.toThrow(
    'Requested resource not found.',
  );
});

it('refuses a token of no page', async () => {
  const command = new ListTagsCommand({ ResourceArn: TRAINING_JOB, NextToken: 'no token!' });
  await expect(api.client().send(command)).rejects.toThrow('NextToken is not one that this query returned.');
});
