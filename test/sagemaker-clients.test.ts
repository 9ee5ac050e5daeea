import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsEnvironment, PATIENT_LEASES, preparedProgram } from './clients/environment.js';
import { throughJavascript } from './clients/javascript-client.js';
import { digitsRequests, type Seen } from './clients/requests.js';
import { type Endpoint, Fleet } from './fleet/fleet.js';

const JOBS = 5;
const PREPARE = fileURLToPath(new URL('../examples/digits/prepare.py', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../examples/boto3/tune.py', import.meta.url));
const BOTO3_CLIENT = fileURLToPath(new URL('./clients/boto3_client.py', import.meta.url));

describe('the digits job through SageMaker clients that know nothing of Fleetune', () => {
  const fleet = new Fleet('postgres', 2, PATIENT_LEASES);
  let boto3: Seen;
  let javascript: Seen;

  beforeAll(async () => {
    await fleet.start();
    const bucket = join(fleet.folder, 'data', 's3', 'digits');
    await promisify(execFile)(preparedProgram('FLEETUNE_TEST_ALGORITHM_PYTHON'), [PREPARE, '--output', bucket]);
    boto3 = await throughBoto3(fleet.endpoint, digitsRequests('boto', JOBS, 2));
    javascript = await throughJavascript(fleet.endpoint, digitsRequests('script', JOBS, 2));
  });
  afterAll(() => fleet.stop());

  it('completes both jobs for both clients, through the same statuses', () => {
    for (const seen of [boto3, javascript]) {
      expect(seen.tuningStatuses).toEqual(['InProgress', 'Completed']);
      expect(seen.trainingStatuses).toEqual(['InProgress', 'Completed']);
    }
  });

  it('describes the tuning job to both clients in the same shape', () => {
    expect(shape(javascript.tuningJob)).toEqual(shape(boto3.tuningJob));
    expect(boto3.tuningJob).toMatchObject({
      TrainingJobStatusCounters: { Completed: JOBS, InProgress: 0, Stopped: 0 },
      ObjectiveStatusCounters: { Succeeded: JOBS, Pending: 0, Failed: 0 },
      BestTrainingJob: { ObjectiveStatus: 'Succeeded', TrainingJobStatus: 'Completed' },
    });
  });

  it('describes the training job to both clients in the same shape, with its path', () => {
    expect(shape(javascript.trainingJob)).toEqual(shape(boto3.trainingJob));
    const transitions = boto3.trainingJob.SecondaryStatusTransitions as { Status: string }[];
    expect(transitions.map((transition) => transition.Status)).toEqual([
      'Starting',
      'Downloading',
      'Training',
      'Uploading',
      'Completed',
    ]);
    const { S3ModelArtifacts } = boto3.trainingJob.ModelArtifacts as { S3ModelArtifacts: string };
    expect(S3ModelArtifacts).toBe('s3://digits/output/boto-training/output/model.tar.gz');
    expect(existsSync(join(fleet.folder, 'data', S3ModelArtifacts.replace('s3://', 's3/')))).toBe(true);
  });

  it('suggests the same configurations to both, since the seed is the same', () => {
    const first = (seen: Seen) => seen.tuned.map((summary) => JSON.stringify(summary.TunedHyperParameters)).sort()[0];
    expect(boto3.tuned).toHaveLength(JOBS);
    expect(javascript.tuned).toHaveLength(JOBS);
    expect(first(javascript)).toBe(first(boto3));
  });

  it('runs the example of boto3 as it stands', async () => {
    const data = join(fleet.folder, 'data', 's3', 'digits');
    const { stdout } = await promisify(execFile)(
      preparedProgram('FLEETUNE_TEST_PYTHON'),
      [EXAMPLE, '--data', data, '--jobs', '3', '--parallel', '2'],
      { env: { PATH: process.env.PATH, ...awsEnvironment(fleet.endpoint) } },
    );
    expect(stdout).toContain("'Completed': 3");
    expect(stdout).toMatch(/validation:accuracy 0\.\d+\n( {2}\w+ = \S+\n){4}s3:\/\/fleetune-example\/digits-/);
  });

  it('lists by name and answers errors as SageMaker does', () => {
    expect(boto3.listedTuningJobs).toEqual(['boto-tuning']);
    expect(javascript.listedTrainingJobs).toEqual(['script-training']);
    for (const seen of [boto3, javascript]) {
      expect(seen.unknownJobError).toBe('ValidationException: Requested resource not found.');
      expect(seen.takenNameError).toMatch(/^ResourceInUse: /);
    }
  });
});

async function throughBoto3(endpoint: Endpoint, requests: object): Promise<Seen> {
  const child = spawn(preparedProgram('FLEETUNE_TEST_PYTHON'), [BOTO3_CLIENT], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, ...awsEnvironment(endpoint) },
  });
  child.stdin.end(JSON.stringify(requests));
  let text = '';
  for await (const chunk of child.stdout) text += String(chunk);
  if (text === '') throw new Error('boto3 gave no answer; see its traceback above');
  return JSON.parse(text) as Seen;
}

/** Names of all members, with the kinds of their values, and no values. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shape(value[0])];
  if (typeof value !== 'object' || value === null) return typeof value;
  const members = Object.entries(value).map(([name, member]) => [name, shape(member)] as const);
  return Object.fromEntries(members.sort(([a], [b]) => a.localeCompare(b)));
}
