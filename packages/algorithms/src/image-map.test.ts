import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { findImageEntry, ImageMapError, readImageMap } from './image-map.js';

let file: string;
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'fleetune-images-')), 'images.yaml');
});

describe('the image map', () => {
  it.each([
    ['683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3', 'tabular.lock'],
    ['683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1', 'tabular.lock'],
    ['763104351884.dkr.ecr-fips.us-west-2.amazonaws.com/pytorch-training:2.3.0-gpu-py311', 'pytorch.txt'],
    ['236514542706.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-base-python-310:1.0', 'python.txt'],
    ['python:3.11', 'python.txt'],
    ['python', 'python.txt'],
    ['docker.io/library/python@sha256:0123456789abcdef', 'python.txt'],
    ['registry.example:5000/team/python:3.11', undefined],
    ['683313688378.dkr.ecr.us-east-1.amazonaws.com/team/sagemaker-xgboost:1.7-1', undefined],
    ['pythonic', undefined],
  ])('knows %s by itself as %s', async (image, requirements) => {
    const found = findImageEntry(await readImageMap(), image);
    expect(found?.kind === 'environment' ? basename(found.requirements) : undefined).toBe(requirements);
  });

  it('takes the entries of a user’s own file first, with requirements beside it', async () => {
    await writeFile(
      file,
      'images:\n' +
        '  - { match: "registry.example:5000/team/*:2.*", requirements: team.lock }\n' +
        '  - { match: [mine, python:3.9], requirements: /srv/old.txt, python: python3.9 }\n' +
        '  - { match: sagemaker-xgboost, container: true }\n',
    );
    const map = await readImageMap(file);
    const entryOf = (image: string) => findImageEntry(map, image);
    expect(entryOf('registry.example:5000/team/trainer:2.1')).toMatchObject({
      requirements: join(file, '..', 'team.lock'),
    });
    expect(entryOf('sagemaker-xgboost:1.7-1')?.kind).toBe('container');
    expect(entryOf('registry.example:5000/team/trainer:1.9')).toBeUndefined();
    expect(entryOf('registry.example:5000/team/deep/trainer:2.1')).toBeUndefined();
    expect(entryOf('python:3.9')).toMatchObject({ requirements: '/srv/old.txt', python: 'python3.9' });
    expect(entryOf('python:3.11')).toMatchObject({ requirements: expect.stringMatching(/python\.txt$/) });
  });

  it.each([
    ['images: [{ match: mine }]', /entry 1.*requirements/],
    ['images: [{ match: mine, requirements: a.txt, container: true }]', /either.*container/],
    ['images: [{ match: mine, requirements: a.txt, pyhton: python3 }]', /pyhton/],
    ['images: [', /Flow sequence/],
    ['mine: a.txt', /images/],
  ])('says what is wrong in %s', async (text, fault) => {
    await writeFile(file, text);
    const failure = await readImageMap(file).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ImageMapError);
    expect(String(failure)).toContain(file);
    expect(String(failure)).toMatch(fault);
  });

  it('says that a file is missing', async () => {
    await expect(readImageMap(file)).rejects.toThrow(ImageMapError);
  });
});
