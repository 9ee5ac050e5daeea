import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SIM = fileURLToPath(new URL('../packages/workbench/bin/sim.mjs', import.meta.url));

function sim(...args: string[]): Promise<{ code: number; said: string; printed: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [SIM, ...args], (error, printed, said) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said, printed });
    });
  });
}

describe('npm run sim', () => {
  it('simulates one seed again and says what it was made of', async () => {
    const { code, said } = await sim('--seed', '5', '--faults', '0');
    expect(said).toContain('agent agent-0 offers');
    expect(said).toContain('seed 5: every rule held');
    expect(code).toBe(0);
  });

  it('simulates many seeds and counts what it saw, for programs too', async () => {
    const { code, printed } = await sim('--seeds', '4', '--from', '11', '--json');
    expect(JSON.parse(printed)).toMatchObject({ seeds: 4, violations: [] });
    expect(code).toBe(0);
  });

  it('finds a planted bug, and every planted bug still has its place in the sources', async () => {
    const { code, printed } = await sim('--planted', '--bug', 'permits in use', '--seeds', '4');
    expect(printed).toMatch(/\| permits in use are not counted \| tuning\/tuning-loop\.ts \| [1-4] \|/);
    expect(code).toBe(0);
  });
});
