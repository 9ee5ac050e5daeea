import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { build } from '../src/build.mjs';
import { install } from '../src/install.mjs';
import { PYTHON_ENVIRONMENTS, ROOT } from '../src/paths.mjs';
import { say } from '../src/run.mjs';
import { installServices } from '../src/services.mjs';

const [name, ...rest] = process.argv.slice(2);
const benches = readdirSync(`${ROOT}benchmarks`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(`${ROOT}benchmarks/${entry.name}/bench.mjs`))
  .map((entry) => entry.name);
if (name === undefined || !benches.includes(name)) {
  say(`npm run bench -- NAME [--quick] [--json]\n\nBenchmarks: ${benches.join(', ')}`);
  process.exit(name === undefined || name === '--help' ? 0 : 2);
}
await install();
await build();
await installServices(['redis-server', 'bwrap']);
const { status } = spawnSync(process.execPath, [`${ROOT}benchmarks/${name}/bench.mjs`, ...rest], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, FLEETUNE_PYTHON_ENVIRONMENTS: PYTHON_ENVIRONMENTS },
});
process.exitCode = status ?? 1;
