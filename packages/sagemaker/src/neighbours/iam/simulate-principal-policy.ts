import type { SimulatePolicyResponse } from '@aws-sdk/client-iam';
import { z } from 'zod';
import { neighbourOperation } from '../operation.js';

const names = z.array(z.string().min(1)).min(1);

/**
 * Clients ask it whether a role may do what a job needs. Every role may: permissions come with the access key, and jobs
 * run with the rights of their agent.
 */
export const simulatePrincipalPolicy = neighbourOperation({
  name: 'SimulatePrincipalPolicy',
  input: z.strictObject({
    PolicySourceArn: z.string().regex(/^arn:[\w-]+:iam::\d{12}:(?:role|user|group)\/.+$/),
    ActionNames: names,
    ResourceArns: names.default(['*']),
    MaxItems: z.string().optional(),
    Marker: z.string().optional(),
  }),
  async perform({ ActionNames, ResourceArns }): Promise<SimulatePolicyResponse> {
    return {
      EvaluationResults: ActionNames.flatMap((EvalActionName) =>
        ResourceArns.map((EvalResourceName) => ({
          EvalActionName,
          EvalResourceName,
          EvalDecision: 'allowed' as const,
          MatchedStatements: [],
          MissingContextValues: [],
        })),
      ),
      IsTruncated: false,
    };
  },
});
