export { createTarGz, extractTarGz } from './archive.js';
export * from './artifact-errors.js';
export { type DownloadOptions, downloadPrefix, uploadFolder } from './folder-transfer.js';
export type { ObjectBody, ObjectEntry, ObjectStore } from './object-store.js';
export { formatObjectUri, joinUri, type ObjectUri, parseObjectUri } from './object-uri.js';
export { openObjectStores, type S3Settings } from './open-object-stores.js';
export type { S3Endpoint } from './s3-store.js';
