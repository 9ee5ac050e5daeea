import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ROOT } from './paths.mjs';
import { must, say } from './run.mjs';

const STAMP = `${ROOT}node_modules/.fleetune-lock`;

/** Installs the locked npm packages, unless they are there already. */
export async function install() {
  checkNode();
  const digest = createHash('sha256')
    .update(readFileSync(`${ROOT}package-lock.json`))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  say('Installing npm packages (npm install) ...');
  // Not `npm ci`: it refuses a lock without the binaries of other platforms, and not every registry mirrors those.
  // `npm install` takes the locked versions as well, and leaves the lock as it is.
  await must(['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error'], { quiet: true });
  writeFileSync(STAMP, digest);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Error(`Node ${process.versions.node} is too old; install Node 20.19 or newer.`);
}
