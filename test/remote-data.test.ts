import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Fleet } from './fleet/fleet.js';
import { eventually, startFleetune, stopGently } from './fleet/processes.js';

const PROGRAM = `
import hashlib, os, sys
root = '/opt/ml/input/data/'
for channel in ('files', 'fast'):
    for folder, _, names in sorted(os.walk(root + channel)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            print(os.path.relpath(path, root), hashlib.sha256(open(path, 'rb').read()).hexdigest(), flush=True)
for epoch in range(2):
    print('pipe', epoch, hashlib.sha256(open(root + 'pipe_%d' % epoch, 'rb').read()).hexdigest(), flush=True)
open('/opt/ml/checkpoints/done', 'w').write('yes')
open('/opt/ml/model/weights', 'w').write('w')
`;

let fleet: Fleet | undefined;

afterEach(async ({ task }) => {
  await fleet?.stop(task.result?.state === 'fail');
});

it('an agent that reaches objects only over S3 gives programs every kind of channel, and keeps what they leave', async () => {
  fleet = new Fleet('postgres', 1);
  const one = fleet;
  await one.start();
  if (one.agent) await stopGently(one.agent);
  one.agent = remoteAgent(one);

  // The bucket is a folder of the server; nothing but the server looks into it.
  const bucket = join(one.folder, 'data', 's3', 'numbers');
  mkdirSync(join(bucket, 'train'), { recursive: true });
  const big = Buffer.alloc(24 * 1024 * 1024, 'numbers');
  writeFileSync(join(bucket, 'train/big.bin'), big);
  writeFileSync(join(bucket, 'train/small.csv'), '1,2,3');
  mkdirSync(join(bucket, 'source'));
  writeFileSync(join(bucket, 'source/train.py'), PROGRAM);

  const names = ['remote-1', 'remote-2'];
  for (const name of names) {
    await one.client.createTrainingJob({
      name,
      algorithm: { script: 'train.py', source: 's3://numbers/source' },
      channels: {
        files: 's3://numbers/train',
        fast: { uri: 's3://numbers/train', inputMode: 'FastFile' },
        pipe: { uri: 's3://numbers/train', inputMode: 'Pipe' },
      },
      output: 's3://numbers/output',
      outputCompression: 'NONE',
      checkpoints: `s3://numbers/checkpoints/${name}`,
      instance: { type: 'ml.m5.large' },
    });
  }
  const jobs = await Promise.all(
    names.map((name) =>
      eventually(`${name} ends`, async () => {
        const job = await one.client.trainingJob(name);
        return job.status === 'InProgress' ? undefined : job;
      }),
    ),
  );

  expect(jobs.map((job) => [job.status, job.failureReason])).toEqual(names.map(() => ['Completed', undefined]));
  const logs = await Promise.all(names.map((name) => logOf(one, name)));
  const [bigHash, smallHash] = [sha256(big), sha256(Buffer.from('1,2,3'))];
  const piped = sha256(Buffer.concat([big, Buffer.from('1,2,3')]));
  for (const log of logs) {
    expect(log.split('\n').filter((line) => line !== '' && !line.startsWith('fleetune: '))).toEqual([
      `files/big.bin ${bigHash}`,
      `files/small.csv ${smallHash}`,
      `fast/big.bin ${bigHash}`,
      `fast/small.csv ${smallHash}`,
      `pipe 0 ${piped}`,
      `pipe 1 ${piped}`,
    ]);
  }
  const stored = await one.client.trainingJob('remote-2');
  expect(stored.modelArtifactUri).toBe('s3://numbers/output/remote-2/output/model/');
});

/** On a machine of its own: another data folder, and the server's objects by S3. */
function remoteAgent(one: Fleet) {
  const { accessKeyId, grpcUrl, secretAccessKey, url } = one.endpoint;
  const { joinToken } = JSON.parse(readFileSync(join(one.folder, 'data/credentials.json'), 'utf8')) as {
    readonly joinToken: string;
  };
  const environment = {
    FLEETUNE_DATA: join(one.folder, 'elsewhere'),
    FLEETUNE_JOIN_TOKEN: joinToken,
    FLEETUNE_S3_ENDPOINT: url,
    FLEETUNE_S3_ACCESS_KEY_ID: accessKeyId,
    FLEETUNE_S3_SECRET_ACCESS_KEY: secretAccessKey,
  };
  const args = ['agent', '--join', grpcUrl, '--name', 'elsewhere', '--slots', '1'];
  return startFleetune(args, environment, join(one.folder, 'agent.log'));
}

async function logOf(one: Fleet, name: string): Promise<string> {
  const { chunks } = await one.client.trainingJobLog(name);
  return Buffer.concat(chunks.map(({ data }) => data)).toString('utf8');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
