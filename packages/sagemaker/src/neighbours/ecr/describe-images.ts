import type { DescribeImagesResponse } from '@aws-sdk/client-ecr';
import { z } from 'zod';
import { AwsError } from '../../wire/aws-error.js';
import { InvalidInputError } from '../input.js';
import { neighbourOperation } from '../operation.js';
import { builtinRepository } from './builtin-repository.js';
import { registryId, repositoryName } from './members.js';

export const describeImages = neighbourOperation({
  name: 'DescribeImages',
  input: z.strictObject({
    registryId: registryId.optional(),
    repositoryName,
    imageIds: z
      .array(z.strictObject({ imageTag: z.string().min(1).max(300) }))
      .min(1)
      .max(100)
      .optional(),
  }),
  async perform(input, context): Promise<DescribeImagesResponse> {
    const repository = builtinRepository(input.repositoryName, input.registryId, context);
    if (input.imageIds === undefined) {
      throw new InvalidInputError('Fleetune looks images up by tag and does not list them: give imageIds.');
    }
    return {
      imageDetails: input.imageIds.map(({ imageTag }) => {
        if (context.images.resolve(`${repository.uri}:${imageTag}`) === undefined) {
          throw new ImageNotFoundException(repository.name, imageTag);
        }
        return { registryId: repository.registryId, repositoryName: repository.name, imageTags: [imageTag] };
      }),
    };
  },
});

class ImageNotFoundException extends AwsError {
  override readonly name = 'ImageNotFoundException';
  constructor(repository: string, tag: string) {
    super(
      'ImageNotFoundException',
      400,
      `The image with imageId {imageDigest:'null', imageTag:'${tag}'} does not exist within the repository with name '${repository}'.`,
    );
  }
}
