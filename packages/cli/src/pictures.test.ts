import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiServer, startApiServer, TOKEN } from '@fleetune/api/fixture';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFleetune } from './local-terminal.fixture.js';

const FILE = `
name: digits
objective: { metric: validation:accuracy, type: Maximize }
limits: { maxTrainingJobs: 3, maxParallelTrainingJobs: 1 }
algorithm: { builtin: xgboost }
ranges:
  eta: { min: 0.001, max: 0.9 }
instance: { type: ml.m5.large }
`;

let server: ApiServer;
let folder: string;

beforeAll(async () => {
  server = await startApiServer();
  folder = await mkdtemp(join(tmpdir(), 'fleetune-pictures-'));
  await writeFile(join(folder, 'digits.yaml'), FILE);
  const endpoint = { url: server.url, token: TOKEN, grpcUrl: 'http://127.0.0.1:1' };
  await writeFile(join(folder, 'endpoint.json'), JSON.stringify(endpoint));
  await fleetune(`tune ${join(folder, 'digits.yaml')}`);
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const fleetune = (line: string) => runFleetune(line.split(' '), { environment: { FLEETUNE_DATA: folder } });

describe('fleetune plot', () => {
  it('draws the objective by training job, with the best so far', async () => {
    const { exitCode, out } = await fleetune('plot digits');
    expect(exitCode).toBe(0);
    expect(out).toContain('digits: validation:accuracy by training job');
    expect(out).toContain('━ best so far   ● training job');
    expect(out.match(/●/g)).toHaveLength(1 + 3);
  });

  it('gives the points of the chart as JSON', async () => {
    const { out } = await fleetune('plot digits --json');
    expect(JSON.parse(out)).toMatchObject({
      series: [
        {
          name: 'best so far',
          points: [
            [1, 0],
            [2, 0.1],
            [3, 0.2],
          ],
        },
        { name: 'training job' },
      ],
    });
  });

  it('draws by a hyperparameter, on a logarithmic axis where its range spans decades', async () => {
    const { out } = await fleetune('plot digits --parameter eta --json');
    expect(JSON.parse(out)).toMatchObject({ x: { label: 'eta', scale: 'logarithmic' } });
  });

  it('writes an SVG file', async () => {
    const svg = join(folder, 'digits.svg');
    expect((await fleetune(`plot digits --svg ${svg}`)).exitCode).toBe(0);
    const written = await readFile(svg, 'utf8');
    expect(written).toMatch(/^<svg /);
    expect(written).toContain('best so far');
  });

  it('says which hyperparameters there are', async () => {
    const { exitCode, err } = await fleetune('plot digits --parameter depth');
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: 'fleetune: digits does not tune "depth"; it tunes eta.\n' });
  });
});

describe('fleetune export', () => {
  it('writes a row a training job', async () => {
    const { out } = await fleetune('export digits');
    const [header, first, ...others] = out.trim().split('\n');
    expect(header).toMatch(/^number,training_job,definition,status,objective,config\.eta,/);
    expect(first).toMatch(/^1,digits-001,,Completed,0,/);
    expect(others).toHaveLength(2);
  });

  it('writes JSON and Parquet by the name of the file', async () => {
    const [json, parquet] = [join(folder, 'digits.json'), join(folder, 'digits.parquet')];
    await fleetune(`export digits --output ${json}`);
    await fleetune(`export digits --output ${parquet}`);
    const objectives = [0, 0.1, 0.2];
    const rows = JSON.parse(await readFile(json, 'utf8')) as { objective: number }[];
    expect(rows.map(({ objective }) => objective)).toEqual(objectives);
    const bytes = await readFile(parquet);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const read = await parquetReadObjects({ file: file as ArrayBuffer });
    expect(read.map(({ objective }) => objective)).toEqual(objectives);
    expect(read[0]?.created).toBeInstanceOf(Date);
  });

  it('does not write Parquet into a terminal', async () => {
    const { exitCode, err } = await fleetune('export digits --format parquet');
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: 'fleetune: Parquet is not text; name a file with --output.\n',
    });
  });
});
