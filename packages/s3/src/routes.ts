import { createBucket, deleteBucket, headBucket, listBuckets } from './operations/buckets.js';
import { completeMultipartUpload } from './operations/complete-multipart-upload.js';
import { copyObject } from './operations/copy-object.js';
import { deleteObject, deleteObjects } from './operations/delete-objects.js';
import { getObject, headObject } from './operations/get-object.js';
import { listObjects, listObjectsV2 } from './operations/list-objects.js';
import { listMultipartUploads, listParts } from './operations/list-uploads.js';
import {
  getBucketAcl,
  getBucketLocation,
  getBucketVersioning,
  getObjectAcl,
  getObjectTagging,
  notConfigured,
} from './operations/look-ups.js';
import {
  abortMultipartUpload,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
} from './operations/multipart-uploads.js';
import { putObject } from './operations/put-object.js';
import type { S3Operation } from './s3-call.js';
import { notImplemented, S3Error } from './s3-error.js';

export interface RequestLine {
  readonly method: string;
  readonly scope: 'service' | 'bucket' | 'object';
  readonly query: URLSearchParams;
  /** The request has an x-amz-copy-source header. */
  readonly copies: boolean;
}

export interface Route {
  /** S3's word for the operation. */
  readonly name: string;
  readonly answer: S3Operation;
}

/** By method and scope, then the sub-resource in the query; `+copy` where the bytes come from another object. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET service': { name: 'ListBuckets', answer: listBuckets },
  'PUT bucket': { name: 'CreateBucket', answer: createBucket },
  'HEAD bucket': { name: 'HeadBucket', answer: headBucket },
  'DELETE bucket': { name: 'DeleteBucket', answer: deleteBucket },
  'GET bucket': { name: 'ListObjects', answer: listObjects },
  'GET bucket list-type': { name: 'ListObjectsV2', answer: listObjectsV2 },
  'POST bucket delete': { name: 'DeleteObjects', answer: deleteObjects },
  'GET bucket uploads': { name: 'ListMultipartUploads', answer: listMultipartUploads },
  'GET bucket location': { name: 'GetBucketLocation', answer: getBucketLocation },
  'GET bucket versioning': { name: 'GetBucketVersioning', answer: getBucketVersioning },
  'GET bucket acl': { name: 'GetBucketAcl', answer: getBucketAcl },
  'GET bucket tagging': { name: 'GetBucketTagging', answer: notConfigured('NoSuchTagSet', 'tags') },
  'GET bucket policy': { name: 'GetBucketPolicy', answer: notConfigured('NoSuchBucketPolicy', 'policy') },
  'GET bucket cors': { name: 'GetBucketCors', answer: notConfigured('NoSuchCORSConfiguration', 'CORS rules') },
  'GET bucket lifecycle': {
    name: 'GetBucketLifecycleConfiguration',
    answer: notConfigured('NoSuchLifecycleConfiguration', 'lifecycle rules'),
  },
  'GET bucket encryption': {
    name: 'GetBucketEncryption',
    answer: notConfigured('ServerSideEncryptionConfigurationNotFoundError', 'encryption'),
  },
  'GET bucket object-lock': {
    name: 'GetObjectLockConfiguration',
    answer: notConfigured('ObjectLockConfigurationNotFoundError', 'object lock'),
  },
  'GET bucket website': { name: 'GetBucketWebsite', answer: notConfigured('NoSuchWebsiteConfiguration', 'website') },
  'PUT object': { name: 'PutObject', answer: putObject },
  'PUT object+copy': { name: 'CopyObject', answer: copyObject },
  'GET object': { name: 'GetObject', answer: getObject },
  'HEAD object': { name: 'HeadObject', answer: headObject },
  'DELETE object': { name: 'DeleteObject', answer: deleteObject },
  'POST object uploads': { name: 'CreateMultipartUpload', answer: createMultipartUpload },
  'PUT object uploadId': { name: 'UploadPart', answer: uploadPart },
  'PUT object+copy uploadId': { name: 'UploadPartCopy', answer: uploadPartCopy },
  'POST object uploadId': { name: 'CompleteMultipartUpload', answer: completeMultipartUpload },
  'DELETE object uploadId': { name: 'AbortMultipartUpload', answer: abortMultipartUpload },
  'GET object uploadId': { name: 'ListParts', answer: listParts },
  'GET object acl': { name: 'GetObjectAcl', answer: getObjectAcl },
  'GET object tagging': { name: 'GetObjectTagging', answer: getObjectTagging },
};

/** Query parameters that make another operation of a request; S3 has these and we answer some. */
const SUBRESOURCES = [
  'uploadId',
  'uploads',
  'list-type',
  'delete',
  'location',
  'versioning',
  'versions',
  'acl',
  'tagging',
  'policy',
  'policyStatus',
  'cors',
  'lifecycle',
  'encryption',
  'object-lock',
  'website',
  'logging',
  'notification',
  'replication',
  'requestPayment',
  'accelerate',
  'ownershipControls',
  'publicAccessBlock',
  'analytics',
  'inventory',
  'metrics',
  'intelligent-tiering',
  'session',
  'attributes',
  'torrent',
  'retention',
  'legal-hold',
  'restore',
  'select',
  'renameObject',
];

/** @throws S3Error for what S3 has and we do not, and for what S3 has not either. */
export function routeOf({ method, scope, query, copies }: RequestLine): Route {
  const subresource = SUBRESOURCES.find((name) => query.has(name));
  const from = copies && method === 'PUT' && scope === 'object' ? '+copy' : '';
  const line = `${method} ${scope}${from}${subresource === undefined ? '' : ` ${subresource}`}`;
  const route = Object.hasOwn(ROUTES, line) ? ROUTES[line] : undefined;
  if (route !== undefined) return route;
  if (subresource !== undefined) throw notImplemented(`${method} with "?${subresource}" for a ${scope}`);
  if (method === 'POST') throw notImplemented('uploads by HTML forms');
  throw new S3Error('MethodNotAllowed', 405, `${method} is no operation on a ${scope}.`);
}
