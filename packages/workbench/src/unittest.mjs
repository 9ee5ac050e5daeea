import { spawnSync } from 'node:child_process';
import { ROOT } from './paths.mjs';
import { say } from './run.mjs';

/**
 * Runs a folder's Python unittests.
 *
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function unittest(python, folder, sources) {
  say(`Python tests of ${folder}`);
  const command = ['-m', 'unittest', 'discover', '-s', folder, '-t', folder];
  const env = { ...process.env, PYTHONPATH: sources.map((source) => `${ROOT}${source}`).join(':') };
  const { status, stderr, stdout } = spawnSync(python, command, { cwd: ROOT, env, encoding: 'utf8' });
  const text = `${stdout}${stderr}`;
  if (status !== 0) process.stderr.write(text);
  const ran = Number(/^Ran (\d+) tests?/m.exec(text)?.[1] ?? 0);
  const skipped = Number(/skipped=(\d+)/.exec(text)?.[1] ?? 0);
  const counted = ['failures', 'errors'].map((kind) => Number(new RegExp(`${kind}=(\\d+)`).exec(text)?.[1] ?? 0));
  const failed = counted.reduce((sum, count) => sum + count, 0);
  // A run that found nothing, or broke before it could count, has not passed.
  const broken = (status !== 0 && failed === 0) || ran === 0 ? 1 : 0;
  return { passed: ran - failed - skipped, failed: failed + broken, skipped };
}
