import { z } from 'zod';

export const registryId = z.string().regex(/^[0-9]{12}$/);
export const repositoryName = z.string().min(2).max(256);
