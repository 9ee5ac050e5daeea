import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderUploads } from '@fleetune/api';
import { joinUri, openObjectStores } from '@fleetune/artifacts';
import type { ServerConfig } from './config.js';
import type { TenantStorage } from './tenants/tenant-storage.js';

/**
 * Keeps uploaded sources where every agent can read them: in the bucket of the tenant. They come in through a folder,
 * which names them by their content, so the same source is stored once.
 */
export function bucketUploads(config: ServerConfig, storage: TenantStorage) {
  const incoming = folderUploads(join(config.dataDirectory, 'incoming'));
  const stores = openObjectStores({ s3: config.s3 });
  return {
    async save(archive: NodeJS.ReadableStream, tenant: string): Promise<string> {
      const file = fileURLToPath(await incoming.save(archive, tenant));
      const uri = joinUri(storage.bucketUri(tenant), 'uploads', basename(file));
      try {
        if (!(await stores.exists(uri))) await stores.put(uri, { file });
      } finally {
        await rm(file, { force: true });
      }
      return uri;
    },
  };
}
