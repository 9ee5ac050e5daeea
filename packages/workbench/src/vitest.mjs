import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.mjs';

/** @typedef {{ title: string, passed: number, failed: number, skipped: number }} Suite */

/**
 * Runs a vitest project.
 *
 * @returns {Promise<{ passed: number, failed: number, skipped: number, suites: Suite[] }>} a crashed run counts as one
 *   failure more. Suites are the outermost blocks of the tests, in the order of their names.
 */
export async function vitest(project, filters, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'fleetune-tests-'));
  const report = join(folder, 'report.json');
  try {
    const config = 'packages/workbench/vitest.config.ts';
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const command = ['npx', 'vitest', 'run', '--config', config, '--project', project, ...reporters, ...filters];
    const code = await run(command, { env });
    return counts(report, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function counts(report, code) {
  try {
    const told = JSON.parse(readFileSync(report, 'utf8'));
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = told;
    const failed = code !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests, suites: suitesOf(told) };
  } catch {
    return { passed: 0, failed: 1, skipped: 0, suites: [] };
  }
}

function suitesOf({ testResults }) {
  const suites = new Map();
  for (const { ancestorTitles, title, status } of testResults.flatMap((file) => file.assertionResults)) {
    const name = ancestorTitles[0] ?? title;
    const suite = suites.get(name) ?? { title: name, passed: 0, failed: 0, skipped: 0 };
    suite[status === 'passed' || status === 'failed' ? status : 'skipped'] += 1;
    suites.set(name, suite);
  }
  return [...suites.values()].sort((a, b) => a.title.localeCompare(b.title));
}
