import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { channel, makeExecutor, makeOrder, python, runAttempt, temporaryFolder } from '../execution.fixture.js';

/** Prints what each pass over a piped channel gives. */
const READ_PIPES = `
import os, sys
base = os.path.dirname(os.environ['SM_CHANNEL_TRAIN']) + '/train_'
for epoch in range(3):
    with open(base + str(epoch), 'rb') as pipe:
        print(epoch, pipe.read())
`;

function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

function uriOf(path: string): string {
  return pathToFileURL(path).href;
}

describe.each(['bubblewrap', 'namespaces', 'none'] as const)('channels in sandbox %s', (sandbox) => {
  test('a pipe has the whole data once for each pass', async () => {
    const data = folderWith({ b: '2', a: '1', 'deep/c': '3' });
    const { log, result } = await runAttempt(
      makeExecutor({ sandbox }),
      makeOrder(python(READ_PIPES), { channels: [channel('train', uriOf(data), 'None', { inputMode: 'Pipe' })] }),
    );
    expect(result.outcome).toEqual({ kind: 'Succeeded' });
    expect(log).toBe("0 b'123'\n1 b'123'\n2 b'123'\n");
  });

  test('a large manifest of files is there, and read-only where that can be', async () => {
    const data = folderWith({ 'x/big': Buffer.alloc(17 * 1024 * 1024, 1), 'x/other': 'not wanted', y: 'small' });
    const manifest = join(temporaryFolder(), 'train.manifest');
    writeFileSync(manifest, JSON.stringify([{ prefix: `${uriOf(data)}/` }, 'x/big', 'y']));
    const program = `
import os
root = os.environ['SM_CHANNEL_TRAIN']
print(sorted(os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root) for name in names))
try:
    open(root + '/y', 'w').write('changed')
except OSError as error:
    print(error.strerror)`;
    const manifested = channel('train', uriOf(manifest), 'None', { dataType: 'ManifestFile' });
    const { log } = await runAttempt(makeExecutor({ sandbox }), makeOrder(python(program), { channels: [manifested] }));
    expect(log).toContain("['x/big', 'y']");
    expect(log.includes('Read-only file system')).toBe(sandbox !== 'none');
    expect(readFileSync(join(data, 'y'), 'utf8')).toBe('small');
  });
});

test('a pipe that is closed early goes on with the next, shuffled anew', async () => {
  const data = folderWith(Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}`, `${index},`])));
  const program = `
import os
base = '/opt/ml/input/data/train_'
with open(base + '0', 'rb', buffering=0) as pipe:
    pipe.read(1)
for epoch in (1, 2):
    print(open(base + str(epoch)).read())
print(sorted(name for name in os.listdir('/opt/ml/input/data')))`;
  const shuffled = channel('train', uriOf(data), 'None', { inputMode: 'Pipe', shuffleSeed: 5n });
  const order = makeOrder(python(program), { channels: [shuffled] });
  const [one, again] = [await runAttempt(makeExecutor(), order), await runAttempt(makeExecutor(), order)];
  const [first = '', second = ''] = one.log.split('\n');
  expect(again.log).toBe(one.log);
  expect(first).not.toBe(second);
  const sorted = (line: string) => line.split(',').sort().join();
  expect(sorted(first)).toBe(sorted(second));
  expect(first.split(',')).toHaveLength(21);
  expect(one.log).toContain("['train_0', 'train_1', 'train_2', 'train_3']");
});

test('records wrap each object, and each attribute of an augmented manifest', async () => {
  const image = join(folderWith({ image: 'pixels' }), 'image');
  const manifest = join(temporaryFolder(), 'lines');
  writeFileSync(manifest, `${JSON.stringify({ 'source-ref': uriOf(image), label: 7, other: 'x' })}\n\n`);
  const augmented = channel('train', uriOf(manifest), 'None', {
    inputMode: 'Pipe',
    dataType: 'AugmentedManifestFile',
    attributeNames: ['source-ref', 'label'],
    recordWrapper: 'RecordIO',
  });
  const packed = channel('packed', uriOf(folderWith({ 'a.gz': gzipSync('unpacked') })), 'Gzip', {
    inputMode: 'Pipe',
    recordWrapper: 'RecordIO',
  });
  const program = `
import struct
for name in ('train', 'packed'):
    data = open('/opt/ml/input/data/' + name + '_0', 'rb').read()
    while data:
        magic, length = struct.unpack('<II', data[:8])
        assert magic == 0xced7230a
        print(data[8:8 + length].decode())
        data = data[8 + (length + 3) // 4 * 4:]`;
  const { log } = await runAttempt(makeExecutor(), makeOrder(python(program), { channels: [augmented, packed] }));
  expect(log).toBe('pixels\n7\nunpacked\n');
});

test('a pipe whose data cannot be read on ends the attempt, and says why', async () => {
  const manifest = join(temporaryFolder(), 'lines');
  const missing = uriOf(join(temporaryFolder(), 'nowhere'));
  writeFileSync(manifest, JSON.stringify({ 'source-ref': missing }));
  const augmented = channel('train', uriOf(manifest), 'None', {
    inputMode: 'Pipe',
    dataType: 'AugmentedManifestFile',
    attributeNames: ['source-ref'],
  });
  const program = "open('/opt/ml/input/data/train_0').read()\nimport time; time.sleep(600)";
  const { result } = await runAttempt(makeExecutor(), makeOrder(python(program), { channels: [augmented] }));
  expect(result.outcome).toMatchObject({ kind: 'ClientError' });
  expect(JSON.stringify(result.outcome)).toContain(missing);
});

test('a program that never opens its pipe ends as ever', async () => {
  const data = folderWith({ a: '1' });
  const piped = channel('train', uriOf(data), 'None', { inputMode: 'Pipe' });
  const { result } = await runAttempt(makeExecutor(), makeOrder(python('pass'), { channels: [piped] }));
  expect(result.outcome).toEqual({ kind: 'Succeeded' });
});

test('what a program puts in the place of a pipe is not written to', async () => {
  const data = folderWith({ a: 'secret data' });
  const victim = join(temporaryFolder(), 'victim');
  execFileSync('mkfifo', [victim]);
  const program = `
import os
os.remove('/opt/ml/input/data/train_0')
os.symlink('${victim}', '/opt/ml/input/data/train_0')
os.rename('/opt/ml/input/data', '/opt/ml/input/moved')
os.symlink('${join(victim, '..')}', '/opt/ml/input/data')
fd = os.open('${victim}', os.O_RDONLY | os.O_NONBLOCK)
import time; time.sleep(0.3)
try:
    print('read', os.read(fd, 100))
except BlockingIOError:
    print('nothing')`;
  const piped = channel('train', uriOf(data), 'None', { inputMode: 'Pipe' });
  const { log } = await runAttempt(makeExecutor(), makeOrder(python(program), { channels: [piped] }));
  expect(log).toBe("read b''\n");
  expect(readdirSync(join(victim, '..'))).toEqual(['victim']);
});

test('the program is told how its channels come', async () => {
  const data = folderWith({ a: '1' });
  const piped = channel('train', uriOf(data), 'None', {
    inputMode: 'Pipe',
    contentType: 'text/csv',
    recordWrapper: 'RecordIO',
    distribution: 'ShardedByS3Key',
  });
  const plain = channel('plain', uriOf(data));
  const program = "print(open('/opt/ml/input/config/inputdataconfig.json').read())";
  const { log } = await runAttempt(makeExecutor(), makeOrder(python(program), { channels: [piped, plain] }));
  expect(JSON.parse(log)).toEqual({
    train: {
      ContentType: 'text/csv',
      TrainingInputMode: 'Pipe',
      S3DistributionType: 'ShardedByS3Key',
      RecordWrapperType: 'RecordIO',
    },
    plain: { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated', RecordWrapperType: 'None' },
  });
});
