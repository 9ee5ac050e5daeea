import { z } from 'zod';

/** Short enough to begin the name of a bucket. */
export const tenantSchema = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/, 'must be 1 to 32 lower-case letters, digits and hyphens');

export const createAccessKeySchema = z.strictObject({ tenant: tenantSchema });
export type CreateAccessKeyBody = z.input<typeof createAccessKeySchema>;

export const accessKeySchema = z.object({
  accessKeyId: z.string(),
  tenant: z.string(),
  enabled: z.boolean(),
  creationTimeMs: z.number(),
});
export type AccessKey = z.infer<typeof accessKeySchema>;

export const accessKeyListSchema = z.object({ accessKeys: z.array(accessKeySchema) });

/** The one answer that holds the secrets. */
export const createdAccessKeySchema = accessKeySchema.extend({ secretAccessKey: z.string(), token: z.string() });
export type CreatedAccessKeyBody = z.infer<typeof createdAccessKeySchema>;
