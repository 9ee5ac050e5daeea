import { run, say } from './run.mjs';

/** What must hold for the code before anything runs, cheapest first. */
const CHECKS = [
  ['formatting and lint rules', ['npx', 'biome', 'ci', '--reporter=summary', '.']],
  ['floors and circles', ['npx', 'depcruise', '--config', 'packages/workbench/dependency-cruiser.cjs', 'packages']],
  [
    'unused files, exports and dependencies',
    ['npx', 'knip', '--config', 'packages/workbench/knip.json', '--no-progress'],
  ],
  ['types of tests', ['npx', 'tsc', '-p', 'packages/workbench/tsconfig.tests.json']],
  ['places of planted bugs', ['node', 'packages/workbench/src/simulation/require-places.mjs']],
  ['protocol style', ['npx', 'buf', 'lint', 'proto']],
  ['protocol compatibility', ['npx', 'buf', 'breaking', 'proto', '--against', 'packages/protocol/baseline.binpb']],
];

/** @returns {Promise<{ passed: number, failed: number, skipped: number }>} */
export async function lint() {
  let failed = 0;
  for (const [name, command] of CHECKS) {
    const code = await run(command, { quiet: true });
    say(`${code === 0 ? 'ok  ' : 'FAIL'} ${name}`);
    if (code !== 0) failed += 1;
  }
  return { passed: CHECKS.length - failed, failed, skipped: 0 };
}
