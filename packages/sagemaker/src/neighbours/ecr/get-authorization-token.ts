import { z } from 'zod';
import { AwsError } from '../../wire/aws-error.js';
import { neighbourOperation } from '../operation.js';
import { registryId } from './members.js';

/** Known by name, so that who asks learns what to do instead. */
export const getAuthorizationToken = neighbourOperation({
  name: 'GetAuthorizationToken',
  input: z.strictObject({ registryIds: z.array(registryId).optional() }),
  async perform(): Promise<never> {
    throw new AwsError(
      'AccessDeniedException',
      400,
      'Fleetune keeps no image registry, so it has no token for one. Agents pull images as the container engine of their machine is logged in.',
    );
  },
});
