import { expect, test } from 'vitest';
import { frameworkParameters, parametersJson, userArguments, userHyperparameters } from './hyperparameters.js';

const argumentsOf = (all: Record<string, string>) => userArguments(userHyperparameters(all), 'toolkit');

// What SageMaker's training toolkit 5.1 gives for the same hyperparameters.json.
test.each([
  [{ rate: '0.10' }, ['--rate', '0.10']],
  [{ n: '3' }, ['-n', '3']],
  [{ name: '"adam"' }, ['--name', 'adam']],
  [{ name: 'adam' }, ['--name', 'adam']],
  [{ on: 'true', off: 'false', nothing: 'null' }, ['--nothing', '', '--off', 'False', '--on', 'True']],
  [{ layers: '[1,2.5,"a",true,null]' }, ['--layers', "[1, 2.5, 'a', True, None]"]],
  [{ text: `["it's", "a\\\\b"]` }, ['--text', `["it's", 'a\\\\b']`]],
  [{ nested: '{"b":[1],"a":"x","c":{"d":false}}' }, ['--nested', "a=x,b=[1],c={'d': False}"]],
  [{ seed: '12345678901234567890' }, ['--seed', '12345678901234567890']],
])('makes of %j the arguments %j', (all, expected) => {
  expect(argumentsOf(all)).toEqual(expected);
});

test('writes a name of one letter like every other for scripts that came Fleetune’s own way', () => {
  expect(userArguments(userHyperparameters({ n: '3', rate: '0.1' }), 'long')).toEqual(['--n', '3', '--rate', '0.1']);
});

test('keeps what is the platform’s from the program', () => {
  const all = {
    sagemaker_program: '"train.py"',
    sagemaker_parameter_server_enabled: 'true',
    _tuning_objective_metric: 'auc',
    default_user_module_name: 'train',
    depth: '6',
  };
  expect(argumentsOf(all)).toEqual(['--depth', '6']);
  expect(parametersJson(frameworkParameters(all))).toBe('{"sagemaker_parameter_server_enabled":true}');
});
