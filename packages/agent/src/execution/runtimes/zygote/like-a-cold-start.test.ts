import { describe, expect, test } from 'vitest';
import { makeExecutor, runAttempt } from '../../execution.fixture.js';
import { scriptOrder, statistics } from './zygote.fixture.js';

/** Programs whose log must be the same to the letter, however they were started. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'names and places': `
import os, stat, sys
print(__name__, __file__, __doc__, __package__, __spec__, sys.argv, sys.path[0], os.getcwd())
print(sys.executable, sys.prefix, sys.flags, sys.orig_argv, sys.modules['__main__'].__dict__ is globals())
print(sorted(name for name in globals()), __annotations__)
print(os.getppid(), sorted(os.listdir('/opt/ml')), [stat.S_IFMT(os.fstat(fd).st_mode) for fd in range(3)])
shells_own = ('PWD', 'OLDPWD', '_')
print({name: value for name, value in sorted(os.environ.items()) if name not in shells_own and 'FLEETUNE' not in name})`,
  'an exception with a cause': `
def inner(): raise ValueError('inner')
try:
    inner()
except ValueError as error:
    raise RuntimeError('outer') from error`,
  'text that is no Python': 'x = (',
  'an interrupt': 'raise KeyboardInterrupt',
  'an exit code': 'import sys; print("bye"); sys.exit(7)',
  'an exit with words': 'import sys; sys.exit("no rows")',
  'an end by a signal': 'import os, signal; print("now", flush=True); os.kill(os.getpid(), signal.SIGKILL)',
  'an abort': 'import os; print("now"); os.abort()',
  'what happens at the end': `
import atexit, sys, threading, time
class Last:
    def __del__(self): print('let go')
last = Last()
kept = open('/opt/ml/output/data/kept', 'w'); kept.write('unflushed')
atexit.register(lambda: print('at exit'))
threading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start()
sys.stderr.write('to stderr, '); sys.stdout.write('and no end of line')`,
  'a daemon thread, which nobody waits for': `
import threading, time
threading.Thread(target=lambda: time.sleep(600), daemon=True).start()
print('done')`,
  'processes of its own': `
import concurrent.futures, multiprocessing, os, subprocess, sys
def square(x): return x * x
if __name__ == '__main__':
    for method in ('fork', 'spawn'):
        with multiprocessing.get_context(method).Pool(2) as pool: print(method, pool.map(square, range(4)))
    with concurrent.futures.ThreadPoolExecutor() as threads: print(list(threads.map(square, range(4))))
    print(subprocess.check_output([sys.executable, '-c', 'print("child")'], text=True))
    os.setsid()`,
  'signals and limits': `
import os, resource, signal
print({number: signal.getsignal(number) for number in sorted(signal.valid_signals()) if number != signal.SIGINT})
print(signal.getsignal(signal.SIGINT), signal.pthread_sigmask(signal.SIG_BLOCK, []), oct(os.umask(0)))
print([resource.getrlimit(limit) for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE)])`,
  'output by name': `
with open('/dev/stdout', 'w') as out: out.write('by name\\n')
with open('/dev/stderr', 'w') as err: err.write('by name too\\n')`,
};

describe.each(['bubblewrap', 'namespaces'] as const)('sandbox %s', (sandbox) => {
  test.each(Object.keys(PROGRAMS))('a zygote gives a program the same: %s', async (name) => {
    const order = scriptOrder({ 'train.py': PROGRAMS[name] ?? '' }, { hyperparameters: { rate: '0.5' } });
    const cold = await runAttempt(makeExecutor({ sandbox }), order);
    const executor = makeExecutor({ sandbox, zygote: 'on' });
    const forked = await runAttempt(executor, order);
    expect(statistics(executor)).toMatchObject({ forks: 1 });
    expect(forked.log).toBe(cold.log);
    expect(forked.result.outcome).toEqual(cold.result.outcome);
    expect(cold.log).not.toBe('');
  });
});
