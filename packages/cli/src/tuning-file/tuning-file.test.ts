import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTuningFile } from './tuning-file.js';
import { TuningFileError } from './tuning-file-error.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetune-file-'));
  await mkdir(join(folder, 'src'));
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'src', 'train.py'), 'print("accuracy=1")\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const GOOD = `
name: digits
strategy: Bayesian
objective:
  metric: accuracy
  type: Maximize
limits: { maxTrainingJobs: 10, maxParallelTrainingJobs: 2 }
algorithm:
  script: train.py
  source: ./src
ranges:
  eta: { min: 1e-3, max: 1, scaling: Logarithmic }
  depth: { min: 2, max: 9, type: integer }
  booster: { values: [gbtree, dart] }
metrics:
  accuracy: accuracy=([0-9.]+)
channels:
  train: data
  extra: { uri: s3://bucket/extra, contentType: text/csv }
instance: { type: ml.m5.large }
`;

const parse = (text: string, overrides = {}) => parseTuningFile(text, join(folder, 'job.yaml'), overrides);

/** The faults of a file as `line:column message`. */
function faults(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof TuningFileError) return error.faults.map((f) => `${f.line}:${f.column} ${f.message}`);
    throw error;
  }
  return [];
}

describe('a good file', () => {
  it('becomes the body of the API, with file:// URIs for its relative paths', () => {
    const { body } = parse(GOOD);
    const uri = (path: string) => pathToFileURL(join(folder, path)).href;
    expect(body.algorithm).toEqual({ script: 'train.py', source: uri('src') });
    expect(body.channels).toEqual({ train: uri('data'), extra: { uri: 's3://bucket/extra', contentType: 'text/csv' } });
    expect(body.ranges.eta).toEqual({ min: 0.001, max: 1, scaling: 'Logarithmic' });
  });

  it('takes the folder of a script that names no source', () => {
    const { body } = parse(GOOD.replace('script: train.py', 'script: src/train.py').replace('  source: ./src\n', ''));
    expect(body.algorithm).toEqual({ script: 'train.py', source: pathToFileURL(join(folder, 'src')).href });
  });

  it('lets the command line have the last word', () => {
    const { body } = parse(GOOD, { name: 'other', seed: 3, maxTrainingJobs: 4, maxParallelTrainingJobs: undefined });
    expect(body).toMatchObject({ name: 'other', seed: 3, limits: { maxTrainingJobs: 4, maxParallelTrainingJobs: 2 } });
  });
});

describe('a faulty file', () => {
  it.each([
    [
      'a misspelt field',
      GOOD.replace('objective:', 'objektive:'),
      ['2:1 This field is required.', '4:1 Unknown field; did you mean "objective"?'],
    ],
    [
      'a misspelt field inside',
      GOOD.replace('maxTrainingJobs', 'maxTrainingJob'),
      ['7:11 Unknown field; did you mean "maxTrainingJobs"?'],
    ],
    [
      'a misspelt value',
      GOOD.replace('Logarithmic', 'Log'),
      [expect.stringContaining('12:29 Must be one of Auto, Linear, Logarithmic')],
    ],
    ['text for a number', GOOD.replace('max: 9', 'max: nine'), ['13:20 Expected a number, not "nine".']],
    [
      'a folder that is not there',
      GOOD.replace('train: data', 'train: dat'),
      [expect.stringMatching(/^18:3 There is no .*dat\.$/)],
    ],
    [
      'a script that is not there',
      GOOD.replace('train.py', 'trian.py'),
      [expect.stringMatching(/^9:3 There is no trian\.py in/)],
    ],
    ['a key given twice', `${GOOD}seed: 1\nseed: 2\n`, [expect.stringMatching(/^22:1 /)]],
    ['broken YAML', 'name: [a, b\nobjective: 1', [expect.stringMatching(/^\d+:\d+ /)]],
    ['a list', '- a\n', ['1:1 The file must be a map of fields, such as "objective:".']],
  ])('shows %s at its line and column', (_, text, expected) => expect(faults(text)).toEqual(expected));

  it('shows the line with a mark under the place', () => {
    const file = join(folder, 'job.yaml');
    expect(() => parse(GOOD.replace('seed', 'seed').replace('depth: {', 'depth: { mn: 1,'))).toThrow(
      [
        `${file}:13:12  ranges.depth.mn: Unknown field; did you mean "min"?`,
        '   13 |   depth: { mn: 1, min: 2, max: 9, type: integer }',
        '      |            ^',
      ].join('\n'),
    );
  });

  it('shows faults that the server found in the same way', () => {
    const error = parse(GOOD).error([{ path: ['ranges', 'booster', 'values', 1], message: 'Not that one.' }]);
    expect(error.faults[0]).toMatchObject({ line: 14, column: 31 });
  });
});
