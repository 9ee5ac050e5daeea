import { expect, test } from 'vitest';
import { pythonProgram } from './python-program.js';

test.each([
  [['/env/bin/python', 'train.py', '--rate', '0.1'], 'file', 'train.py', ['--rate', '0.1']],
  [['/usr/bin/python3.12', '-u', '/opt/train.py'], 'file', '/opt/train.py', []],
  [['/env/bin/python3', '-c', 'print(1)', '-v'], 'code', 'print(1)', ['-v']],
  [['/env/bin/python', '-m', 'trainer.main', 'x'], 'module', 'trainer.main', ['x']],
])('reads %j as a run of Python', (command, kind, target, args) => {
  expect(pythonProgram(command)).toMatchObject({ kind, target, arguments: args, interpreter: command[0] });
});

test.each([
  [['/bin/sh', '-c', './train.sh']],
  [['python3', 'train.py']],
  [['/env/bin/python', '-O', 'train.py']],
  [['/env/bin/python', '-c']],
  [['/env/bin/python']],
  [[]],
])('leaves %j to be started by itself', (command) => {
  expect(pythonProgram(command)).toBeUndefined();
});
