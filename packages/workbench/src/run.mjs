import { spawn } from 'node:child_process';
import { ROOT } from './paths.mjs';

/** Says what is being done, on standard error: standard output belongs to results. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs a program in the checkout's root; what it prints goes to standard error.
 *
 * @param {string[]} command
 * @param {{ env?: Record<string, string>, quiet?: boolean }} [options] quiet: show the output only when it fails.
 * @returns {Promise<number>} its exit code; 127 when there is no such program.
 */
export function run(command, options = {}) {
  const [file, ...args] = command;
  const output = [];
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', options.quiet ? 'pipe' : 2, options.quiet ? 'pipe' : 2],
    });
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', () => resolve(127));
    child.on('close', (code) => {
      if (code !== 0) process.stderr.write(Buffer.concat(output));
      resolve(code ?? 1);
    });
  });
}

/** Runs a program that must succeed. @throws when it does not. */
export async function must(command, options = {}) {
  const code = await run(command, options);
  if (code !== 0) throw new Error(`"${command.join(' ')}" ended with exit code ${code}.`);
}
