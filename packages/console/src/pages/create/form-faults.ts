import { createTuningJobSchema, formatFaultPath, schemaFaults } from '@fleetune/api/contract';
import type { Fields } from './tuning-form.js';

/** A fault as the API answers it. */
export interface FormFault {
  readonly path: string;
  readonly message: string;
}

/** What the API's schema finds wrong, before the API is asked. */
export function formFaults(body: Fields): FormFault[] {
  const parsed = createTuningJobSchema.safeParse(body, { reportInput: true });
  if (parsed.success) return [];
  return schemaFaults(parsed.error).map(({ path, message }) => ({ path: formatFaultPath(path), message }));
}
