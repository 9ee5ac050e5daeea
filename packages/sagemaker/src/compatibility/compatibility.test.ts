import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { operations } from '../registry.js';
import { answeredMembers } from './answered-members.fixture.js';
import { compatibilityDocument } from './compatibility-document.fixture.js';
import { readMembers } from './read-members.fixture.js';
import { testedClients } from './tested-clients.fixture.js';

const DOCUMENT = fileURLToPath(new URL('../../../../docs/sagemaker-compatibility.md', import.meta.url));

it('is what docs/sagemaker-compatibility.md says; run this test with -u to write it again', async () => {
  await expect(compatibilityDocument()).toMatchFileSnapshot(DOCUMENT);
});

describe.each([...operations.keys()])('%s', (operation) => {
  it('has answered every client of AWS in front of a real fleet', () => {
    const clients = ['AWS CLI', 'AWS SDK for JavaScript', 'boto3'];
    expect(testedClients(`SageMaker.${operation}`)).toEqual(expect.arrayContaining(clients));
  });
});

describe.each(['CreateTrainingJob', 'CreateHyperParameterTuningJob'])('%s', (operation) => {
  /** The operations themselves read it. */
  const NAMES = ['TrainingJobName', 'HyperParameterTuningJobName'];
  const reads = readMembers(operation);

  it('reads every member that is said to be honoured', () => {
    const honoured = answeredMembers(operation).filter(({ answer }) => answer === 'honoured');
    const unread = honoured.map(({ path }) => path).filter((path) => !reads?.has(path) && !NAMES.includes(path));
    expect(unread).toEqual([]);
  });

  it('reads no member that is said to be echoed', () => {
    const echoed = answeredMembers(operation).filter(({ answer }) => answer === 'echoed');
    expect(echoed.length).toBeGreaterThan(0);
    expect(echoed.map(({ path }) => path).filter((path) => reads?.has(path))).toEqual([]);
  });
});
