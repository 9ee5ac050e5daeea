import { spawn } from 'node:child_process';
import { PYTHON_ENVIRONMENTS, ROOT } from '../paths.mjs';

const MAIN = `${ROOT}packages/cli/dist/main.js`;

/** Starts the `fleetune` command of this checkout. */
export function spawnFleetune(commandArguments, options) {
  const env = { ...process.env, FLEETUNE_PYTHON_ENVIRONMENTS: PYTHON_ENVIRONMENTS };
  // The demo finds its own server, whatever this shell is used for otherwise.
  for (const name of [
    'FLEETUNE_DATA',
    'FLEETUNE_URL',
    'FLEETUNE_TOKEN',
    'FLEETUNE_DATABASE_URL',
    'FLEETUNE_REDIS_URL',
  ]) {
    delete env[name];
  }
  return spawn(process.execPath, [MAIN, ...commandArguments], { cwd: ROOT, env, ...options });
}

/** Runs a command for its eyes' sake: everything it prints goes to standard error. */
export function fleetune(commandArguments) {
  const child = spawnFleetune(commandArguments, { stdio: ['inherit', 2, 2] });
  return new Promise((resolve) => child.on('close', resolve));
}

/** Runs a command and returns its JSON document; its progress is shown. */
export function fleetuneJson(commandArguments) {
  const child = spawnFleetune([...commandArguments, '--json'], { stdio: ['inherit', 'pipe', 2] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece) => {
    text += piece;
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, document: text === '' ? undefined : JSON.parse(text) }));
  });
}
