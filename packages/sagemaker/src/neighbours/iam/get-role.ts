import { createHash } from 'node:crypto';
import type { GetRoleResponse } from '@aws-sdk/client-iam';
import { z } from 'zod';
import { neighbourOperation } from '../operation.js';

export const getRole = neighbourOperation({
  name: 'GetRole',
  input: z.strictObject({
    RoleName: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[\w+=,.@-]+$/),
  }),
  async perform({ RoleName }, { account }): Promise<GetRoleResponse> {
    const arn = `arn:aws:iam::${account.accountId}:role/${RoleName}`;
    return {
      Role: {
        Path: '/',
        RoleName,
        RoleId: `AROA${createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase()}`,
        Arn: arn,
        // Roles have always been there.
        CreateDate: new Date(0),
        AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(TRUST_POLICY)),
      },
    };
  },
});

/** Clients that check whether a role can be handed to a job look for SageMaker in it. */
const TRUST_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
