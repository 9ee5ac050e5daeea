import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createStrategy } from './index.js';

it('tunes a function in the ten lines of the README', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? '';
  const [imported, ...lines] = example.split('\n').filter((line) => line !== '');
  expect(imported).toBe("import { createStrategy } from '@fleetune/search';");
  expect(lines).toHaveLength(10);
  const objectives: number[] = [];
  const run = new Function('createStrategy', 'console', lines.join('\n'));
  run(createStrategy, { log: (objective: number) => objectives.push(objective) });
  expect(objectives).toHaveLength(25);
  // Of 25 random ones the best is at about 0.4.
  expect(Math.min(...objectives)).toBeLessThan(0.02);
});
