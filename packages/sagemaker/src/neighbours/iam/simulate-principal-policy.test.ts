import { IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServedApi, serveApi } from '../../fixtures/served-api.fixture.js';

let api: ServedApi;
beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.close());

it('says that a role may do everything that it is asked about', async () => {
  const { EvaluationResults, IsTruncated } = await api.neighbour(IAMClient).send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: 'arn:aws:iam::123456789012:role/trainer',
      ActionNames: ['s3:PutObject', 'logs:CreateLogStream'],
    }),
  );
  expect(EvaluationResults?.map(({ EvalActionName, EvalDecision }) => [EvalActionName, EvalDecision])).toEqual([
    ['s3:PutObject', 'allowed'],
    ['logs:CreateLogStream', 'allowed'],
  ]);
  expect(IsTruncated).toBe(false);
});

it('refuses what is not a principal', async () => {
  const command = new SimulatePrincipalPolicyCommand({ PolicySourceArn: 'trainer', ActionNames: ['s3:PutObject'] });
  await expect(api.neighbour(IAMClient).send(command)).rejects.toMatchObject({ name: 'ValidationError' });
});
