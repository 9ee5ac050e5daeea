import { describe, expect, it } from 'vitest';
import { trainingJobRequest, tuningJobRequest } from '../fixtures/requests.fixture.js';
import { parseShape } from './parse-shape.js';

const training = (change: object) => () =>
  parseShape('CreateTrainingJobRequest', { ...trainingJobRequest(), ...change });

describe('a value that the model allows', () => {
  it('comes back as it is', () => {
    expect(parseShape('CreateTrainingJobRequest', trainingJobRequest())).toEqual(trainingJobRequest());
    expect(parseShape('CreateHyperParameterTuningJobRequest', tuningJobRequest())).toEqual(tuningJobRequest());
  });

  it('loses members that are null, and gets Dates for timestamps', () => {
    const input = { NextToken: null, CreationTimeAfter: 1_767_225_600.25 };
    expect(parseShape('ListTrainingJobsRequest', input)).toEqual({
      CreationTimeAfter: new Date(1_767_225_600_250),
    });
  });

  it('may name instance classes of the fleet and files of the machine', () => {
    const ResourceConfig = { InstanceType: 'gpu-small', InstanceCount: 1 };
    expect(training({ ResourceConfig, OutputDataConfig: { S3OutputPath: 'file:///var/models' } })).not.toThrow();
    expect(training({ OutputDataConfig: { S3OutputPath: 'ftp://host/models' } })).toThrow('regular expression pattern');
  });

  it('keeps map keys that mean something to JavaScript', () => {
    const HyperParameters = JSON.parse('{"__proto__":"1","constructor":"2"}') as object;
    const parsed = training({ HyperParameters })() as { HyperParameters: object };
    expect(Object.entries(parsed.HyperParameters)).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  it('counts characters, not UTF-16 units', () => {
    const tags = (length: number) => ({ Tags: [{ Key: '\u{1d4d0}'.repeat(length), Value: '' }] });
    expect(training(tags(128))).not.toThrow();
    expect(training(tags(129))).toThrow('less than or equal to 128');
  });
});

describe('a value that the model does not allow is refused', () => {
  it.each([
    ['missing', { RoleArn: null }, "Value null at 'roleArn' failed to satisfy constraint: Member must not be null"],
    [
      'out of its set of values',
      { AlgorithmSpecification: { TrainingInputMode: 'Socket' } },
      "Value 'Socket' at 'algorithmSpecification.trainingInputMode' failed to satisfy constraint: Member must satisfy enum value set: [Pipe, File, FastFile]",
    ],
    [
      'out of its pattern',
      { TrainingJobName: 'no_underscores' },
      "Value 'no_underscores' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
    ],
    ['only in part of its pattern', { TrainingJobName: 'name\n' }, "at 'trainingJobName' failed to satisfy constraint"],
    [
      'too long',
      { TrainingJobName: 'x'.repeat(64) },
      `Value '${'x'.repeat(64)}' at 'trainingJobName' failed to satisfy constraint: Member must have length less than or equal to 63`,
    ],
    [
      'too short',
      { TrainingJobName: '' },
      "Value '' at 'trainingJobName' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'too large',
      { RetryStrategy: { MaximumRetryAttempts: 31 } },
      "Value '31' at 'retryStrategy.maximumRetryAttempts' failed to satisfy constraint: Member must have value less than or equal to 30",
    ],
    [
      'too small',
      { RetryStrategy: { MaximumRetryAttempts: 0 } },
      "Value '0' at 'retryStrategy.maximumRetryAttempts' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      'a list with too few elements',
      { InputDataConfig: [] },
      "Value '[]' at 'inputDataConfig' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      'a list with too many elements',
      { Tags: Array.from({ length: 51 }, (_, number) => ({ Key: `k${number}`, Value: '' })) },
      "at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    ],
    [
      'a map with too many entries',
      { HyperParameters: Object.fromEntries(Array.from({ length: 101 }, (_, number) => [`k${number}`, ''])) },
      "at 'hyperParameters' failed to satisfy constraint: Member must have length less than or equal to 100",
    ],
    [
      'a list element out of its pattern',
      {
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'b!', Value: '' },
        ],
      },
      "Value 'b!' at 'tags.2.member.key' failed to satisfy constraint",
    ],
    [
      'a null list element',
      { Tags: [null] },
      "Value null at 'tags.1.member' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a map key out of its pattern',
      { Environment: { '1ST': 'x' } },
      "Value '1ST' at 'environment.1ST.key' failed to satisfy constraint",
    ],
    [
      'a map value that is too long',
      { HyperParameters: { eta: 'x'.repeat(2501) } },
      "at 'hyperParameters.eta.member' failed to satisfy constraint: Member must have length less than or equal to 2500",
    ],
    [
      'a member that the model does not know',
      { Colour: 'red' },
      "Value 'red' at 'colour' failed to satisfy constraint: Member must be one that the API knows",
    ],
    ['a member that only JavaScript knows', { constructor: 'x' }, "Value 'x' at 'constructor'"],
  ])('%s', (_what, change, message) => {
    expect(training(change)).toThrow(expect.objectContaining({ name: 'ValidationException' }));
    expect(training(change)).toThrow(message);
  });

  it.each([
    ['a number for text', { TrainingJobName: 7 }, "'trainingJobName' is a number; it cannot be read as a String"],
    ['text for a number', { RetryStrategy: { MaximumRetryAttempts: '3' } }, 'cannot be read as an Integer'],
    ['a fraction', { RetryStrategy: { MaximumRetryAttempts: 1.5 } }, 'cannot be read as an Integer'],
    ['more than 32 bits', { StoppingCondition: { MaxRuntimeInSeconds: 2 ** 31 } }, 'cannot be read as an Integer'],
    ['text for a Boolean', { EnableNetworkIsolation: 'true' }, 'cannot be read as a Boolean'],
    ['an object for a list', { Tags: {} }, 'cannot be read as a list'],
    ['a list for a structure', { OutputDataConfig: [] }, 'cannot be read as a structure'],
    ['a list for a map', { HyperParameters: [] }, 'cannot be read as a map'],
  ])('with another type: %s', (_what, change, message) => {
    expect(training(change)).toThrow(expect.objectContaining({ name: 'SerializationException' }));
    expect(training(change)).toThrow(message);
  });

  it('with text or an impossible number for a timestamp', () => {
    for (const CreationTimeAfter of ['2026-01-01', 1e300]) {
      expect(() => parseShape('ListTrainingJobsRequest', { CreationTimeAfter })).toThrow('read as a Timestamp');
    }
  });

  it('with all its faults at once', () => {
    expect(training({ TrainingJobName: '-', RoleArn: 'me' })).toThrow(
      /^2 validation errors detected: Value '-' at 'trainingJobName' .*; Value 'me' at 'roleArn' /,
    );
  });

  it('in a message that stays short', () => {
    const Tags = Array.from({ length: 50 }, () => ({ Key: '!'.repeat(128), Value: '!'.repeat(256) }));
    let message = '';
    try {
      training({ Tags, HyperParameters: { huge: 'x'.repeat(1_000_000) } })();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/^101 validation errors detected/);
    expect(message.length).toBeLessThan(10_000);
  });
});
