import type { DescribeRepositoriesResponse } from '@aws-sdk/client-ecr';
import { z } from 'zod';
import { InvalidInputError } from '../input.js';
import { neighbourOperation } from '../operation.js';
import { builtinRepository } from './builtin-repository.js';
import { registryId, repositoryName } from './members.js';

export const describeRepositories = neighbourOperation({
  name: 'DescribeRepositories',
  input: z.strictObject({
    registryId: registryId.optional(),
    repositoryNames: z.array(repositoryName).min(1).max(100).optional(),
  }),
  async perform(input, context): Promise<DescribeRepositoriesResponse> {
    if (input.repositoryNames === undefined) {
      throw new InvalidInputError(
        'Fleetune looks repositories up by name and does not list them: give repositoryNames.',
      );
    }
    return {
      repositories: input.repositoryNames.map((name) => {
        const repository = builtinRepository(name, input.registryId, context);
        return {
          registryId: repository.registryId,
          repositoryName: name,
          repositoryUri: repository.uri,
          repositoryArn: `arn:aws:ecr:${context.account.region}:${repository.registryId}:repository/${name}`,
        };
      }),
    };
  },
});
