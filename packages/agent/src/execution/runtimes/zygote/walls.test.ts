import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  channel,
  makeExecutor,
  makeOrder,
  python,
  runAttempt,
  startAttempt,
  temporaryFolder,
} from '../../execution.fixture.js';
import { scriptOrder, statistics } from './zygote.fixture.js';

/** Tries what a program could try to look behind its walls, with the privileges that a namespace of its own gives it. */
const BURGLAR = `
import ctypes, os, sys
def look(where):
    found = []
    for folder, folders, files in os.walk('/opt/ml'):
        found += [open(f'{folder}/{name}').read() for name in files if name == 'secret']
    print(where, found, open(sys.argv[2]).read() if os.path.exists(sys.argv[2]) else 'hidden', flush=True)
look('as it is')
libc = ctypes.CDLL(None, use_errno=True)
def take_down():
    for path in ('/opt/ml', '/opt', '/proc', os.path.dirname(sys.argv[2])): libc.umount2(path.encode(), 2)
take_down()
look('unmounted')
others = [int(name) for name in os.listdir('/proc') if name.isdigit() and int(name) > 2]
print('others', others)
if os.fork() == 0:
    print('own namespaces', libc.unshare(0x10000000 | 0x20000), flush=True)
    take_down()
    look('unmounted as root')
    os._exit(0)
os.wait()
if sys.argv[1] == 'holder':
    open('/opt/ml/model/secret', 'w').write('hunter2')
    print('holding', flush=True)
    import time; time.sleep(600)`;

describe.each(['bubblewrap', 'namespaces'] as const)('sandbox %s', (sandbox) => {
  test('a program sees neither other jobs of its zygote nor what is hidden', async () => {
    const hidden = temporaryFolder();
    writeFileSync(join(hidden, 'password'), 'hunter2');
    const executor = makeExecutor({ sandbox, zygote: 'on', hiddenPaths: [hidden] });
    const order = (role: string) => {
      const algorithm = python(BURGLAR);
      if (algorithm.case === 'command') algorithm.value.command.push(role, join(hidden, 'password'));
      return makeOrder(algorithm);
    };
    const holder = startAttempt(executor, order('holder'));
    await holder.printed('holding');
    const { log, result } = await runAttempt(executor, order('burglar'));
    expect(result.outcome).toEqual({ kind: 'Succeeded' });
    expect(log).not.toContain('hunter2');
    expect(log).toContain('as it is [] hidden\nunmounted [] hidden\nothers []\n');
    expect(statistics(executor)).toMatchObject({ forks: 2, started: 1 });
    await holder.execution.kill();
    expect((await holder.execution.result).outcome.kind).toBe('Lost');
  });

  test('a program has no network when its job asks for none', async () => {
    const executor = makeExecutor({ sandbox, zygote: 'on' });
    const program = python(
      'print(open("/proc/net/dev").read()); import socket; socket.create_server(("127.0.0.1", 0))',
    );
    const { log, result } = await runAttempt(executor, makeOrder(program, { networkIsolation: true }));
    expect(result.outcome).toEqual({ kind: 'Succeeded' });
    expect(log.split('\n').flatMap((line) => /^\s*(\w+):/.exec(line)?.[1] ?? [])).toEqual(['lo']);
    expect(statistics(executor).forks).toBe(1);
  });

  test('a program has the data of its channels, read-only where it lies', async () => {
    const data = temporaryFolder();
    mkdirSync(join(data, 'inner'));
    writeFileSync(join(data, 'inner', 'large.bin'), Buffer.alloc(20 * 1024 * 1024, 'x'));
    const executor = makeExecutor({ sandbox, zygote: 'on' });
    const order = scriptOrder(
      {
        'train.py': `
import os
path = os.environ['SM_CHANNEL_TRAIN'] + '/inner/large.bin'
print(os.path.getsize(path))
try: open(path, 'a')
except OSError as error: print(error.strerror)`,
      },
      { channels: [channel('train', pathToFileURL(data).href)] },
    );
    for (let job = 1; job <= 2; job++) {
      const { log } = await runAttempt(executor, order);
      expect(log).toBe('20971520\nRead-only file system\n');
      expect(statistics(executor)).toMatchObject({ forks: job, started: 1 });
    }
  });
});
