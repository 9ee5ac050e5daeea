import { z } from 'zod';

/** Answer to `PUT /uploads`: where the archive lies now. The same bytes always get the same address. */
export const uploadSchema = z.object({ uri: z.string() });
