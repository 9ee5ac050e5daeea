import type { GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import { z } from 'zod';
import { neighbourOperation } from '../operation.js';

/** The role that callers are shown to have taken on; SageMaker's clients look for its ARN to hand it to jobs. */
const ROLE_NAME = 'fleetune';

export const getCallerIdentity = neighbourOperation({
  name: 'GetCallerIdentity',
  input: z.strictObject({}),
  async perform(_input, { account, tenant }): Promise<GetCallerIdentityResponse> {
    // ARNs know fewer characters than names of tenants may have.
    const session = tenant.replace(/[^\w+=,.@-]/g, '-');
    return {
      UserId: `${ROLE_NAME}:${session}`,
      Account: account.accountId,
      Arn: `arn:aws:sts::${account.accountId}:assumed-role/${ROLE_NAME}/${session}`,
    };
  },
});
