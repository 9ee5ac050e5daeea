import type { AccessKeyAdministration, CreatedAccessKey } from './access-key-administration.js';
import type { AccessKey } from './contract/access-key.js';

/** Access keys in memory, for the bearer of one token to manage. */
export function inMemoryAccessKeys(administratorToken: string): AccessKeyAdministration {
  const keys = new Map<string, AccessKey>();
  return {
    isAdministrator: (token) => token === administratorToken,
    async create(tenant): Promise<CreatedAccessKey> {
      const key = { accessKeyId: `KEY${keys.size + 1}`, tenant, enabled: true, creationTimeMs: 1_790_000_000_000 };
      keys.set(key.accessKeyId, key);
      return { ...key, secretAccessKey: 'its secret', token: 'its token' };
    },
    list: async () => [...keys.values()],
    async enable(id, enabled) {
      const key = keys.get(id);
      if (key !== undefined) keys.set(id, { ...key, enabled });
      return key !== undefined;
    },
    remove: async (id) => keys.delete(id),
  };
}
