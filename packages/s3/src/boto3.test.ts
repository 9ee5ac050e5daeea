import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { CREDENTIALS, serveS3 } from './fixtures/served-s3.fixture.js';

/** An interpreter that has boto3. */
const python = process.env.FLEETUNE_TEST_PYTHON;
const CLIENT = fileURLToPath(new URL('./fixtures/boto3-client.py', import.meta.url));

it.runIf(python !== undefined)('boto3 uploads, downloads, lists, signs URLs and copies', async () => {
  const s3 = await serveS3();
  const { stdout } = await promisify(execFile)(String(python), [CLIENT, 'from-boto3'], {
    env: {
      PATH: process.env.PATH,
      AWS_ENDPOINT_URL: s3.endpoint,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  expect(JSON.parse(stdout)).toEqual({
    same: true,
    parts: '4',
    metadata: { 'made-by': 'boto3' },
    range: true,
    pages: true,
    sizes: true,
    folders: ['big/', 'many/'],
    'presigned by s3': ['by url', 'text/x-given', 403],
    'presigned by s3v4': ['by url', 'text/x-given', 403],
    copied: 20 * 1024 * 1024 + 1,
    missing: 'NoSuchKey',
    taken: 'PreconditionFailed',
    left: [],
  });
  expect(s3.failures).toEqual([]);
  await s3.close();
});
