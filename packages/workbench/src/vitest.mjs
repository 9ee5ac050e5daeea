import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.mjs';

/**
 * Runs a vitest project.
 *
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>} a crashed run counts as one failure more.
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
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = code !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
