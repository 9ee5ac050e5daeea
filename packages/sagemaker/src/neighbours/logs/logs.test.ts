import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  type GetLogEventsCommandInput,
  type GetLogEventsCommandOutput,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trainingJobRequest } from '../../fixtures/requests.fixture.js';
import { OTHER_CREDENTIALS, type ServedApi, serveApi, TENANT } from '../../fixtures/served-api.fixture.js';

const logGroupName = '/aws/sagemaker/TrainingJobs';
const T = Date.UTC(2026, 0, 1);

let api: ServedApi;
let client: CloudWatchLogsClient;
beforeEach(async () => {
  api = await serveApi();
  client = api.neighbour(CloudWatchLogsClient);
});
afterEach(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

/** Creates a job that has printed chunks, each a second after the one before; gives the name of its stream. */
async function printedJob(name: string, ...chunks: (string | Uint8Array)[]): Promise<string> {
  await api.client().send(new CreateTrainingJobCommand(trainingJobRequest({ TrainingJobName: name })));
  for (const [index, chunk] of chunks.entries()) await api.jobs.print(TENANT, name, chunk, T + index * 1000);
  const { creationTimeMs } = await api.jobs.describeTrainingJob(TENANT, name);
  return `${name}/algo-1-${Math.floor(creationTimeMs / 1000)}`;
}

function complete(name: string): void {
  api.jobs.changeTrainingJob(TENANT, name, { status: 'Completed', secondaryStatus: 'Completed' });
}

function getEvents(logStreamName: string, more: Partial<GetLogEventsCommandInput> = {}) {
  return client.send(new GetLogEventsCommand({ logGroupName, logStreamName, ...more }));
}

function filter(more: Partial<FilterLogEventsCommandInput> = {}) {
  return client.send(new FilterLogEventsCommand({ logGroupName, ...more }));
}

function messages(output: { readonly events?: readonly { readonly message?: string }[] }): (string | undefined)[] {
  return (output.events ?? []).map(({ message }) => message);
}

/** Reads as clients do that wait for more: until the token stays the same. */
async function readToEnd(logStreamName: string, limit?: number): Promise<(string | undefined)[]> {
  const all: (string | undefined)[] = [];
  let nextToken: string | undefined;
  for (;;) {
    const page: GetLogEventsCommandOutput = await getEvents(logStreamName, { startFromHead: true, nextToken, limit });
    all.push(...messages(page));
    if (page.nextForwardToken === nextToken) return all;
    nextToken = page.nextForwardToken;
  }
}

describe('log groups', () => {
  it('are one, found by its prefix and by a part of its name', async () => {
    const named = async (input: object) =>
      (await client.send(new DescribeLogGroupsCommand(input))).logGroups?.map((group) => group.logGroupName);
    expect(await named({})).toEqual([logGroupName]);
    expect(await named({ logGroupNamePrefix: '/aws/sagemaker' })).toEqual([logGroupName]);
    expect(await named({ logGroupNamePattern: 'Training' })).toEqual([logGroupName]);
    expect(await named({ logGroupNamePrefix: '/aws/lambda' })).toEqual([]);
  });

  it.each([
    new DescribeLogStreamsCommand({ logGroupName: '/aws/lambda/f' }),
    new GetLogEventsCommand({ logGroupName: '/aws/lambda/f', logStreamName: 'x' }),
    new FilterLogEventsCommand({ logGroupName: '/aws/lambda/f' }),
  ])('of other names do not exist (%#)', async (command) => {
    await expect(client.send(command as GetLogEventsCommand)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    });
  });

  it('may be named by ARN', async () => {
    const stream = await printedJob('a', 'one\n');
    const [group] = (await client.send(new DescribeLogGroupsCommand({}))).logGroups ?? [];
    const request = { logGroupName: undefined, logGroupIdentifier: group?.logGroupArn };
    expect(messages(await getEvents(stream, request))).toEqual(['one']);
  });
});

describe('log streams', () => {
  it('are found by the prefix that the SageMaker SDK asks for', async () => {
    const stream = await printedJob('churn', 'hello\n');
    await printedJob('churn-2', 'hello\n');
    const found = await client.send(
      new DescribeLogStreamsCommand({
        logGroupName,
        logStreamNamePrefix: 'churn/',
        orderBy: 'LogStreamName',
        limit: 1,
      }),
    );
    expect(found.logStreams?.map(({ logStreamName }) => logStreamName)).toEqual([stream]);
    expect(found.nextToken).toBeUndefined();
  });

  it('are not there for unknown jobs, and before a job has begun', async () => {
    await printedJob('waiting');
    for (const logStreamNamePrefix of ['waiting/', 'unknown/']) {
      const found = await client.send(new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix }));
      expect(found.logStreams).toEqual([]);
    }
    await expect(getEvents('waiting/algo-1-1')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    });
  });

  it('are listed in pages by the beginning of the job name', async () => {
    const streams = [await printedJob('b-1', 'x\n'), await printedJob('b-2', 'x\n'), await printedJob('b-3', 'x\n')];
    await printedJob('a-b-9', 'x\n');
    const found: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new DescribeLogStreamsCommand({ logGroupName, logStreamNamePrefix: 'b-', limit: 2, nextToken }),
      );
      found.push(...(page.logStreams ?? []).map(({ logStreamName }) => logStreamName));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(found).toEqual(streams);
    const newest = await client.send(
      new DescribeLogStreamsCommand({ logGroupName, orderBy: 'LastEventTime', descending: true, limit: 1 }),
    );
    expect(newest.logStreams?.[0]?.logStreamName).toMatch(/^a-b-9\//);
  });

  it('are hidden from other tenants', async () => {
    const logStreamName = await printedJob('a', 'secret\n');
    const other = api.neighbour(CloudWatchLogsClient, { credentials: OTHER_CREDENTIALS });
    await expect(other.send(new GetLogEventsCommand({ logGroupName, logStreamName }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    expect((await other.send(new DescribeLogStreamsCommand({ logGroupName }))).logStreams).toEqual([]);
  });
});

describe('events', () => {
  it('are lines, whatever the borders of the chunks', async () => {
    const stream = await printedJob('a', 'epoch 1', ' loss=0.5\nepoch 2 loss', '=0.4\n', '\nend\r\n');
    expect(messages(await getEvents(stream, { startFromHead: true }))).toEqual([
      'epoch 1 loss=0.5',
      'epoch 2 loss=0.4',
      ' ',
      'end',
    ]);
  });

  it('have the time at which their line began', async () => {
    const stream = await printedJob('a', 'one\ntw', 'o\nthree\n');
    const { events } = await getEvents(stream, { startFromHead: true });
    expect(events).toEqual([
      { message: 'one', timestamp: T, ingestionTime: T },
      { message: 'two', timestamp: T, ingestionTime: T },
      { message: 'three', timestamp: T + 1000, ingestionTime: T + 1000 },
    ]);
  });

  it('are UTF-8, with a mark where bytes are none, also where a chunk ends within a character', async () => {
    const snowman = Buffer.from('\u{2603}\n');
    const stream = await printedJob('a', snowman.subarray(0, 2), snowman.subarray(2), Uint8Array.of(0x61, 0xff, 0x0a));
    expect(messages(await getEvents(stream, { startFromHead: true }))).toEqual(['\u{2603}', 'a\u{fffd}']);
  });

  it('hold back a line that is not through until the job has ended', async () => {
    const stream = await printedJob('a', 'one\nprogress 5');
    const first = await getEvents(stream, { startFromHead: true });
    expect(messages(first)).toEqual(['one']);
    await api.jobs.print(TENANT, 'a', '0%');
    const waiting = await getEvents(stream, { startFromHead: true, nextToken: first.nextForwardToken });
    expect(messages(waiting)).toEqual([]);
    expect(waiting.nextForwardToken).toBe(first.nextForwardToken);
    complete('a');
    const last = await getEvents(stream, { startFromHead: true, nextToken: waiting.nextForwardToken });
    expect(messages(last)).toEqual(['progress 50%']);
    const end = await getEvents(stream, { startFromHead: true, nextToken: last.nextForwardToken });
    expect(end.nextForwardToken).toBe(last.nextForwardToken);
  });

  it('go on after the forward token when more is printed', async () => {
    const stream = await printedJob('a', 'one\n');
    const first = await getEvents(stream, { startFromHead: true });
    await api.jobs.print(TENANT, 'a', 'two\n');
    expect(messages(await getEvents(stream, { nextToken: first.nextForwardToken, startFromHead: true }))).toEqual([
      'two',
    ]);
  });

  it('begin again when the job is retried', async () => {
    const stream = await printedJob('a', 'first attempt\nand more\n');
    const { nextForwardToken: nextToken } = await getEvents(stream, { startFromHead: true });
    await api.jobs.retry(TENANT, 'a');
    await api.jobs.print(TENANT, 'a', 'second attempt\n');
    expect(messages(await getEvents(stream, { startFromHead: true, nextToken }))).toEqual(['second attempt']);
  });

  it('come in pages of the limit, forward and to the end', async () => {
    const lines = Array.from({ length: 25 }, (_, number) => `line ${number}`);
    const stream = await printedJob('a', `${lines.join('\n')}\n`);
    expect(await readToEnd(stream, 10)).toEqual(lines);
    expect(await readToEnd(stream)).toEqual(lines);
  });

  it('come from the end when not asked for from the head, and back to the beginning', async () => {
    const lines = Array.from({ length: 25 }, (_, number) => `line ${number}`);
    const stream = await printedJob('a', ...lines.map((line) => `${line}\n`));
    const newest = await getEvents(stream, { limit: 10 });
    expect(messages(newest)).toEqual(lines.slice(15));
    const older = await getEvents(stream, { limit: 10, nextToken: newest.nextBackwardToken });
    expect(messages(older)).toEqual(lines.slice(5, 15));
    const oldest = await getEvents(stream, { limit: 10, nextToken: older.nextBackwardToken });
    expect(messages(oldest)).toEqual(lines.slice(0, 5));
    const before = await getEvents(stream, { limit: 10, nextToken: oldest.nextBackwardToken });
    expect(messages(before)).toEqual([]);
    expect(before.nextBackwardToken).toBe(oldest.nextBackwardToken);
    const onwards = await getEvents(stream, { startFromHead: true, nextToken: newest.nextForwardToken });
    expect(messages(onwards)).toEqual([]);
  });

  it('may be asked for from a time on, and before one', async () => {
    const lines = Array.from({ length: 40 }, (_, number) => `line ${number}`);
    const stream = await printedJob('a', ...lines.map((line) => `${line}\n`));
    const window = { startTime: T + 10_000, endTime: T + 20_000 };
    expect(messages(await getEvents(stream, { ...window, startFromHead: true }))).toEqual(lines.slice(10, 20));
    expect(messages(await getEvents(stream, { ...window, limit: 3 }))).toEqual(lines.slice(17, 20));
    expect(messages(await getEvents(stream, { startTime: T + 39_001, startFromHead: true }))).toEqual([]);
  });

  it('stay the same from a time on, also when that time is within a line', async () => {
    const stream = await printedJob('a', 'one\ntwo be', 'gan before\nthree\n');
    const from = await getEvents(stream, { startTime: T + 1000, startFromHead: true });
    expect(messages(from)).toEqual(['three']);
  });

  it('split lines that are too long, and no character', async () => {
    const long = `x${'\u{e9}'.repeat(200_000)}`;
    const stream = await printedJob(
      'a',
      Buffer.from(long).subarray(0, 300_001),
      Buffer.from(`${long}\nend\n`).subarray(300_001),
    );
    const found = await readToEnd(stream);
    expect(found.length).toBe(3);
    expect(found.slice(0, -1).join('')).toBe(long);
    expect(found.at(-1)).toBe('end');
  });

  it('come in pages of about a megabyte from a long log, and none is lost', async () => {
    const lines = Array.from({ length: 60_000 }, (_, number) => `line ${number} ${'.'.repeat(40)}`);
    const text = Buffer.from(`${lines.join('\n')}\n`);
    const chunks = Array.from({ length: Math.ceil(text.length / 60_001) }, (_, index) =>
      text.subarray(index * 60_001, (index + 1) * 60_001),
    );
    const stream = await printedJob('a', ...chunks);
    expect(await readToEnd(stream)).toEqual(lines);
    expect(messages(await getEvents(stream, { limit: 2 }))).toEqual(lines.slice(-2));
  });

  it.each(['nonsense', 'f/1/x', 'f/1'])('are not given for the token %s', async (nextToken) => {
    const stream = await printedJob('a', 'x\n');
    await expect(getEvents(stream, { nextToken })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('are refused in a number that the API does not know', async () => {
    const stream = await printedJob('a', 'x\n');
    await expect(getEvents(stream, { limit: 10_001 })).rejects.toMatchObject({
      name: 'InvalidParameterException',
      message: expect.stringContaining('limit'),
    });
  });
});

describe('a search', () => {
  it('goes through all streams and keeps the order of time', async () => {
    const a = await printedJob('a', 'error: disk\n', 'fine\n', 'error: net\n');
    const b = await printedJob('b', 'fine\n', 'error: cpu\n');
    const found = await filter({ filterPattern: 'error' });
    expect(found.events?.map(({ logStreamName, message }) => [logStreamName, message])).toEqual([
      [a, 'error: disk'],
      [b, 'error: cpu'],
      [a, 'error: net'],
    ]);
    expect(new Set(found.events?.map(({ eventId }) => eventId)).size).toBe(3);
  });

  it.each([
    ['loss', ['train loss 1', 'test loss 2']],
    ['loss test', ['test loss 2']],
    ['"test loss"', ['test loss 2']],
    ['loss -train', ['test loss 2']],
    ['?done ?train', ['train loss 1', 'done']],
    ['LOSS', []],
    ['', ['train loss 1', 'test loss 2', 'done']],
  ])('understands the terms %s', async (filterPattern, expected) => {
    await printedJob('a', 'train loss 1\ntest loss 2\ndone\n');
    expect(messages(await filter({ filterPattern }))).toEqual(expected);
  });

  it.each(['{ $.level = "error" }', '[ip, user]', '%err.*%'])('refuses the pattern %s', async (filterPattern) => {
    await expect(filter({ filterPattern })).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('keeps to streams and to a time, of which the end is in', async () => {
    const a = await printedJob('a', 'a0\n', 'a1\n', 'a2\n');
    await printedJob('b', 'b0\n');
    expect(messages(await filter({ logStreamNames: [a], startTime: T + 1000 }))).toEqual(['a1', 'a2']);
    expect(messages(await filter({ logStreamNamePrefix: 'a/', endTime: T + 1000 }))).toEqual(['a0', 'a1']);
    await expect(filter({ logStreamNames: ['c/algo-1-1'] })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('goes on page by page over many streams', async () => {
    for (let job = 0; job < 23; job++) await printedJob(`job-${String(job).padStart(2, '0')}`, 'hit\nmiss\nhit\n');
    let hits = 0;
    for await (const page of paginateFilterLogEvents({ client, pageSize: 5 }, { logGroupName, filterPattern: 'hit' })) {
      expect(page.events?.length).toBeLessThanOrEqual(5);
      hits += page.events?.length ?? 0;
    }
    expect(hits).toBe(46);
  });
});
