import { describe, expect, it } from 'vitest';
import { InvalidConfigError, serverConfig } from './config.js';

describe('serverConfig', () => {
  it('is embedded and on loopback when nothing is said', () => {
    const config = serverConfig({ dataDirectory: '/data' }, {});
    expect(config).toMatchObject({ host: '127.0.0.1', httpPort: 4600, grpcPort: 4601, region: 'us-east-1' });
    expect(config.databaseUrl).toBeUndefined();
    expect(config.redisUrl).toBeUndefined();
    expect(config.s3).toEqual({ kind: 'directory', root: '/data/s3' });
  });

  it('takes options before the environment', () => {
    const environment = { FLEETUNE_DATA: '/env', FLEETUNE_HTTP_PORT: '1', FLEETUNE_LEASE_TTL_SECONDS: '3' };
    const config = serverConfig({ httpPort: 2 }, environment);
    expect(config).toMatchObject({ dataDirectory: '/env', httpPort: 2 });
    expect(config.scheduler.leaseTtlMs).toBe(3_000);
  });

  it('leads s3:// to an S3 server where one is named', () => {
    const config = serverConfig({}, { FLEETUNE_S3_ENDPOINT: 'http://127.0.0.1:9000' });
    expect(config.s3).toMatchObject({ kind: 'endpoint', endpoint: 'http://127.0.0.1:9000', forcePathStyle: true });
  });

  it('sets only the quotas that are named', () => {
    const { quotas } = serverConfig({}, { FLEETUNE_MAX_TRAINING_JOBS_PER_TUNING_JOB: '750' });
    expect(quotas).toEqual({ trainingJobsPerTuningJob: 750 });
  });

  it('places as it is told', () => {
    const { scheduler } = serverConfig(
      {},
      {
        FLEETUNE_FALLBACK_PATIENCE_SECONDS: '60',
        FLEETUNE_WHEN_NOT_OFFERED: 'fail',
        FLEETUNE_TENANT_SHARES: 'vision=2,speech=1:40',
      },
    );
    expect(scheduler).toMatchObject({ entryPatienceMs: 60_000, whenNotOffered: 'fail', offerPatienceMs: 600_000 });
    expect([...scheduler.tenants]).toEqual([
      ['vision', { weight: 2 }],
      ['speech', { weight: 1, maxInstances: 40 }],
    ]);
    expect(() => serverConfig({}, { FLEETUNE_TENANT_SHARES: 'vision=0' })).toThrow(/greater than 0/);
    expect(() => serverConfig({}, { FLEETUNE_TENANT_SHARES: 'vision' })).toThrow(/vision=2,speech=1:40/);
  });

  it('knows what spot machines cost, and whether nothing else will do', () => {
    expect(serverConfig({}, {}).scheduler).toMatchObject({ spotPriceRatio: 0.3, spotOnly: false });
    const environment = { FLEETUNE_SPOT_PRICE_RATIO: '0.25', FLEETUNE_SPOT_ONLY: 'true' };
    expect(serverConfig({}, environment).scheduler).toMatchObject({ spotPriceRatio: 0.25, spotOnly: true });
    expect(() => serverConfig({}, { FLEETUNE_SPOT_PRICE_RATIO: '0' })).toThrow(/FLEETUNE_SPOT_PRICE_RATIO/);
  });

  it('throttles generously unless it is told otherwise', () => {
    expect(serverConfig({}, {}).throttle).toEqual({ readsPerSecond: 1_000, changesPerSecond: 200 });
    expect(serverConfig({}, { FLEETUNE_READS_PER_SECOND: '0' }).throttle).toEqual({
      readsPerSecond: 0,
      changesPerSecond: 200,
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(serverConfig({}, { FLEETUNE_REDIS_URL: '' }).redisUrl).toBeUndefined();
  });

  it('names every variable that is wrong', () => {
    const environment = { FLEETUNE_HTTP_PORT: '70000', FLEETUNE_REDIS_URL: 'http://x', FLEETUNE_ACCOUNT_ID: '12' };
    expect(() => serverConfig({}, environment)).toThrow(InvalidConfigError);
    expect(() => serverConfig({}, environment)).toThrow(/FLEETUNE_HTTP_PORT.*FLEETUNE_REDIS_URL.*FLEETUNE_ACCOUNT_ID/s);
  });
});
