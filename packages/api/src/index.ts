export type { AccessKeyAdministration, CreatedAccessKey } from './access-key-administration.js';
export type { ApiOptions } from './api-options.js';
export { folderUploads } from './folder-uploads.js';
export { API_PREFIX, registerApi } from './register-api.js';
export type { RequestDefaults } from './training-template.js';
