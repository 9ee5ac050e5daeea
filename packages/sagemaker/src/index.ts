export { createAwsHandler } from './aws-handler.js';
export { createSageMakerHandler, isSageMakerTarget, type SageMakerHandler } from './handler.js';
export type { SageMakerOptions } from './options.js';
export { BODY_LIMIT_BYTES, registerSageMaker } from './plugin.js';
export type { Quotas } from './quotas.js';
export { type AccessKey, type AccessKeys, SIGNING_NAME } from './signature/authenticate.js';
export type { WireRequest, WireResponse } from './wire/http.js';
