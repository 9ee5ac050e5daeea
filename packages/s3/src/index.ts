export { type BucketRegister, BucketTakenError, openBucketRegister } from './bucket-register.js';
export { createS3Handler, type S3Handler } from './handler.js';
export { isS3Request } from './is-s3-request.js';
export { type AccessKey, RESERVED_NAMES, type S3Options } from './options.js';
export { registerS3 } from './plugin.js';
