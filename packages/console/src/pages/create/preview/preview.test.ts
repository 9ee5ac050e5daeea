import type { CreateTuningJobBody } from '@fleetune/api/contract';
import { describe, expect, it } from 'vitest';
import { boto3Script } from './boto3-script.js';
import { cliScript } from './cli-script.js';
import { pythonLiteral } from './python-literal.js';

const BODY: CreateTuningJobBody = {
  name: 'digits',
  objective: { metric: 'validation:accuracy', type: 'Maximize' },
  limits: { maxTrainingJobs: 50, maxParallelTrainingJobs: 3 },
  algorithm: { builtin: 'xgboost' },
  hyperparameters: { num_round: 10 },
  ranges: {
    eta: { min: 0.1, max: 0.5 },
    max_depth: { min: 1, max: 10, type: 'integer' },
    booster: { values: ['dart'] },
  },
  channels: { train: 's3://bucket/train' },
  instance: { type: 'ml.m5.large' },
};

describe('the same by boto3', () => {
  it("is a request in SageMaker's words", () => {
    const script = boto3Script(BODY);
    expect(script).toContain('HyperParameterTuningJobName="digits"');
    expect(script).toContain('{"Name": "eta", "MinValue": "0.1", "MaxValue": "0.5", "ScalingType": "Auto"}');
    expect(script).toContain('"StaticHyperParameters": {"num_round": "10"}');
    expect(script).toContain('"InstanceType": "ml.m5.large"');
  });

  it('says what that API cannot say', () => {
    expect(boto3Script({ ...BODY, strategy: 'TPE' })).toContain("# TPE is Fleetune's own");
    expect(boto3Script({ ...BODY, algorithm: { command: ['true'] } })).toContain('not plain commands');
  });
});

describe('the same by the command line', () => {
  it('is a file and one command', () => {
    expect(cliScript(BODY)).toMatch(/^cat > tune.yaml <<'END'\nname: digits\n[\s\S]*END\nfleetune tune tune.yaml\n$/);
  });
});

describe('Python literals', () => {
  it('are Python', () => {
    expect(pythonLiteral({ a: true, b: null, c: ['x"y', 1.5] })).toBe('{"a": True, "b": None, "c": ["x\\"y", 1.5]}');
  });

  it('break over lines where they are long', () => {
    const long = ['a'.repeat(60), 'b'.repeat(60)];
    expect(pythonLiteral(long)).toBe(`[\n    "${long[0]}",\n    "${long[1]}",\n]`);
  });
});
