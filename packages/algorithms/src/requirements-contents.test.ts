import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { requirementsContents, UnusableRequirementError } from './requirements-contents.js';

let source: string;
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fleetune-requirements-'));
  source = join(folder, 'source');
  await mkdir(join(source, 'package'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'hunter2\n');
});

const write = (name: string, text: string) => writeFile(join(source, name), text);

async function contents(): Promise<string> {
  const parts = await requirementsContents(join(source, 'requirements.txt'));
  return parts.map((part) => Buffer.from(part).toString()).join('\n');
}

describe('requirementsContents', () => {
  it('has the text, and what it includes and names by path', async () => {
    await write(
      'requirements.txt',
      'numpy>=2 # -r not-this.txt\n-r \\\n  more.txt\n./own-1.0-py3-none-any.whl ; python_version > "3"\n',
    );
    await write('more.txt', '--requirement=requirements.txt\n-c limits.txt\npandas @ https://example.com/pandas.whl\n');
    await write('limits.txt', 'scipy<2\n');
    await write('own-1.0-py3-none-any.whl', 'bytes of the wheel');
    const all = await contents();
    for (const part of ['numpy>=2', 'pandas @', 'scipy<2', 'bytes of the wheel']) expect(all).toContain(part);
  });

  it.each([
    ['-e .', /kept and the source is not/],
    ['--editable=./package', /kept and the source is not/],
    ['./package', /is a folder/],
    ['-r ../secret.txt', /leads out of the source/],
    ['-c/etc/passwd', /leads out of the source/],
    ['../secret.whl', /does not have/],
    ['/etc/passwd', /leads out of the source/],
    ['--requirement=none.txt', /does not have/],
  ])('refuses "%s"', async (line, reason) => {
    await write('requirements.txt', `numpy\n${line}\n`);
    await expect(contents()).rejects.toThrow(reason);
    await expect(contents()).rejects.toThrow(UnusableRequirementError);
  });
});
