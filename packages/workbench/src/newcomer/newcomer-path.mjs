import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { say } from '../run.mjs';

/** What the demo says as it goes, and the step that begins with it. */
const STEPS = [
  { step: 'install', begins: /^Installing npm packages/ },
  { step: 'build', begins: /^Building/ },
  { step: 'python', begins: /[Pp]ython environment|pip/ },
  { step: 'data', begins: /^Writing the digits/ },
  { step: 'start', begins: /^Starting a server/ },
  { step: 'tune', begins: /^Tuning/ },
  { step: 'plot', begins: /^digits.*: validation:accuracy by training job/ },
];

/**
 * Goes the newcomer's way once, in a folder that is gone afterwards.
 *
 * @param {string} repository what is cloned
 * @returns {Promise<{ firstPlotSeconds: number, beganAtSeconds: Record<string, number> }>} from the start of the clone
 * @throws when the way does not lead to a plot
 */
export async function newcomerPath(repository) {
  const folder = mkdtempSync(join(tmpdir(), 'fleetune-newcomer-'));
  const home = join(folder, 'home');
  mkdirSync(home);
  const startMs = performance.now();
  const beganAtSeconds = {};
  const passed = () => Math.round((performance.now() - startMs) / 100) / 10;
  const environment = newcomersEnvironment(home);
  try {
    await follow('git', ['clone', '--quiet', repository, 'fleetune'], { cwd: folder, env: environment }, () => {});
    beganAtSeconds.cloned = passed();
    const cwd = join(folder, 'fleetune');
    await follow('npm', ['run', 'demo'], { cwd, env: environment }, (line) => {
      const begun = STEPS.find(({ step, begins }) => beganAtSeconds[step] === undefined && begins.test(line));
      if (begun !== undefined) beganAtSeconds[begun.step] = passed();
    });
    if (beganAtSeconds.plot === undefined) throw new Error('The README\u2019s first command has shown no plot.');
    return { firstPlotSeconds: beganAtSeconds.plot, beganAtSeconds, endSeconds: passed() };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Nothing of this user's: no home, no caches, no settings of Fleetune, of npm scripts or of test runs. */
function newcomersEnvironment(home) {
  const own = /^(HOME|XDG_.*|FLEETUNE_.*|npm_.*|NODE_OPTIONS|INIT_CWD|TURBO_.*|PIP_CACHE_DIR|VIRTUAL_ENV)$/;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name))), HOME: home };
}

/** Runs a command that must succeed; shows each line that it prints, and hands it over. */
function follow(program, programArguments, options, seen) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, programArguments, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        say(line);
        seen(line);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`"${[program, ...programArguments].join(' ')}" ended with exit code ${code}.`));
    });
  });
}
