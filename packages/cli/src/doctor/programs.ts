import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Finding, fail, ok, warn } from './finding.js';

const run = promisify(execFile);

export async function checkNode(): Promise<Finding> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return ok('Node', process.version);
  return fail('Node', process.version, 'Install Node 20.19 or newer.');
}

/** What the algorithms need: Python 3.10 to 3.13 that can make virtual environments. */
export async function checkPython(preferred: string | undefined): Promise<Finding> {
  const program = preferred ?? 'python3';
  const advice = 'Install Python 3.10 to 3.13 with venv (apt install python3 python3-venv) or set FLEETUNE_PYTHON.';
  const probe = 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])';
  const answer = await output(program, ['-c', probe]);
  if (answer.kind === 'missing') return fail('Python', `${program} not found`, advice);
  if (answer.kind === 'failed') return fail('Python', `${program} has no venv or does not run`, advice);
  const minor = Number(answer.text.split('.')[1]);
  if (!answer.text.startsWith('3.') || minor < 10 || minor > 13) return fail('Python', answer.text, advice);
  return ok('Python', `${answer.text} with venv (${program})`);
}

/** Tries the sandbox that agents prefer, on this host, with a program in it. */
export async function checkSandbox(): Promise<Finding> {
  const tried = await output('bwrap', [
    '--dev-bind',
    '/',
    '/',
    '--tmpfs',
    '/opt',
    '--unshare-pid',
    '--proc',
    '/proc',
    'true',
  ]);
  if (tried.kind === 'text') return ok('sandbox', 'bubblewrap works: training code has its own /opt/ml');
  if (process.platform !== 'linux') {
    return warn(
      'sandbox',
      `none on ${process.platform}`,
      'Training code runs unconfined here; use Linux for untrusted code.',
    );
  }
  if (tried.kind === 'missing') {
    return warn(
      'sandbox',
      'bubblewrap is not installed',
      'Install it: apt install bubblewrap (dnf, pacman: the same name).',
    );
  }
  return warn(
    'sandbox',
    `bubblewrap does not work here: ${tried.text}`,
    'Allow user namespaces (sysctl kernel.unprivileged_userns_clone=1).',
  );
}

export async function checkGpus(): Promise<Finding> {
  const listed = await output('nvidia-smi', ['--query-gpu=name,memory.total', '--format=csv,noheader']);
  if (listed.kind === 'missing') return ok('GPUs', 'none (no nvidia-smi)');
  if (listed.kind === 'failed') {
    return warn(
      'GPUs',
      `nvidia-smi fails: ${listed.text}`,
      'Repair the NVIDIA driver, or ignore this when GPUs are not needed.',
    );
  }
  const names = listed.text.split('\n').filter((line) => line !== '');
  return ok('GPUs', names.length === 0 ? 'none' : names.join('; '));
}

type Output =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'missing' };

async function output(program: string, programArguments: readonly string[]): Promise<Output> {
  try {
    const { stdout } = await run(program, [...programArguments], { timeout: 15_000 });
    return { kind: 'text', text: stdout.trim() };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' };
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    return { kind: 'failed', text: stderr.trim().split('\n').at(-1) ?? '' };
  }
}
