import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { requiredLiteral } from './required-literal.js';

test.each([
  ['validation-auc=([0-9\\.]+)', 'validation-auc='],
  ['.*\\[([0-9]+)\\].*#011validation-merror:([0-9.]+)', '#011validation-merror:'],
  ['loss: +(\\S+);', 'loss: '],
  ['ab?c(x)', 'a'],
  ['a{2}bcd(x)', 'bcd'],
  ['{"loss": ([0-9.]+)}', '{"loss": '],
  ['(a}b|c)', ''],
  ['train|test=(\\d+)', ''],
  ['(?i)loss=(\\d+)', ''],
  ['\\[[0-9]+\\].*(?:\\t|#011)train-auc(?:@[^\\s:]+)?:([^\\s#]+)', 'train-auc'],
  ['(?i:loss)=(\\d+) (?P<word>x)', '='],
  ['\\(?:(x)', ':'],
  ['(\\Q)x\\E)?y', ''],
  ['[]x]yz=(\\d)', 'yz='],
  ['[[:alpha:]]+=(\\d)', '='],
  ['f1\\.score=(\\d+)', 'f1.score='],
  ['a\\x41bcdef(\\d)', 'a'],
])('%s needs "%s"', (pattern, literal) => {
  RE2JS.compile(pattern);
  expect(requiredLiteral(pattern)).toBe(literal);
});
