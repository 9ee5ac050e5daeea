import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TenantStorage } from './tenant-storage.js';

const spec = (outputUri: string) => ({
  definitions: [{ template: { outputUri, channels: [{ name: 'train', uri: outputUri }] } }],
});

describe('with the folder of the server behind s3://', () => {
  let root: string;
  let storage: TenantStorage;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'fleetune-tenants-'));
    storage = new TenantStorage({ s3: { kind: 'directory', root }, bucketUri: 's3://fleetune', ownTenant: 'default' });
    for (const tenant of ['default', 'red', 'blue']) await storage.prepare(tenant);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('a tenant’s jobs read and write its own buckets', async () => {
    expect(storage.bucketUri('red')).toBe('s3://red.fleetune');
    expect(await storage.faults('red', spec('s3://red.fleetune/output'))).toEqual([]);
  });

  it('the server’s own bucket is there for agents that write by S3, and may be there already', async () => {
    expect(await readdir(root)).toContain('fleetune');
    await storage.prepare('default');
    const byHand = await mkdtemp(join(tmpdir(), 'fleetune-tenants-'));
    await mkdir(join(byHand, 'fleetune'));
    const other = new TenantStorage({
      s3: { kind: 'directory', root: byHand },
      bucketUri: 's3://fleetune',
      ownTenant: 'default',
    });
    await other.prepare('default');
    await rm(byHand, { recursive: true });
  });

  it('default buckets are kept for their tenants, also for those to come', () => {
    expect(['fleetune', 'red.fleetune', 'later.fleetune', 'models'].map((bucket) => storage.keptFor(bucket))).toEqual([
      'default',
      'red',
      'later',
      undefined,
    ]);
  });

  it.each([
    ['s3://blue.fleetune/output', 'The tenant "red" may not use the bucket "blue.fleetune".'],
    ['s3://nowhere/output', 'There is no bucket "nowhere"; create it first.'],
    ['file:///etc', 'The tenant "red" may not use file:///etc; put it on s3://.'],
    ['s3://../blue.fleetune/x', 's3://../blue.fleetune/x is no place on s3://.'],
  ])('and never %s', async (uri, fault) => {
    expect(await storage.faults('red', spec(uri))).toEqual([fault]);
  });

  it.each([
    ['s3://blue.fleetune/source.tar.gz'],
    ['"s3://blue.fleetune/source.tar.gz"'],
    ['"\\u00733://blue.fleetune/source.tar.gz"'],
    ['file:///home/blue/.fleetune'],
  ])('nor a source that script mode names as %s', async (place) => {
    const hyperparameters = { sagemaker_submit_directory: place };
    expect(await storage.faults('red', { hyperparameters })).toHaveLength(1);
    const ranges = [{ kind: 'categorical', name: 'sagemaker_submit_directory', values: [place] }];
    expect(await storage.faults('red', { definitions: [{ ranges }] })).toHaveLength(1);
  });

  it('but may call its own variables and hyperparameters what it likes', async () => {
    const environment = { MLFLOW_TRACKING_URI: 'http://mlflow:5000' };
    const hyperparameters = { dataType: 'float32', sagemaker_submit_directory: '/opt/ml/input/data/code' };
    expect(await storage.faults('red', { environment, hyperparameters })).toEqual([]);
  });

  it('nor what a manifest may name', async () => {
    const channel = { name: 'train', uri: 's3://red.fleetune/list', dataType: 'ManifestFile' };
    expect(await storage.faults('red', { channels: [channel] })).toHaveLength(1);
    expect(await storage.faults('default', { channels: [{ ...channel, uri: 's3://fleetune/list' }] })).toEqual([]);
  });

  it('the server’s own tenant has what is nobody’s, files included, and not what is a tenant’s', async () => {
    for (const uri of ['s3://fleetune/output', 's3://new/output', 'file:///data', 'odd']) {
      expect(await storage.faults('default', spec(uri))).toEqual([]);
    }
    expect(await storage.faults('default', spec('s3://red.fleetune/output'))).toHaveLength(1);
  });
});

it('on an S3 server, a tenant has the buckets whose names begin with its own', async () => {
  const s3 = { kind: 'endpoint', endpoint: 'http://127.0.0.1:1', region: 'r', forcePathStyle: true } as const;
  const storage = new TenantStorage({ s3, bucketUri: 's3://fleetune', ownTenant: 'default' });
  await storage.prepare('red');
  expect(await storage.faults('red', spec('s3://red.models/x'))).toEqual([]);
  expect(await storage.faults('red', spec('s3://redmodels/x'))).toHaveLength(1);
  expect(await storage.faults('default', spec('s3://anything/x'))).toEqual([]);
});
