import { CHECKSUM_NAMES } from '../body/checksum.js';
import { receiveBody } from '../body/receive-body.js';
import { byteRange } from '../http/byte-range.js';
import { checksumElements, checksumHeaders } from '../http/checksum-headers.js';
import { copySource, requireCopyConditions } from '../http/copy-source.js';
import { describedObject, quoted } from '../http/object-headers.js';
import { header, type S3Call, type S3Operation } from '../s3-call.js';
import { invalidArgument } from '../s3-error.js';
import { copyRange } from '../storage/copy-range.js';
import { withIncomingFile } from '../storage/incoming-file.js';
import type { Part } from '../storage/uploads.js';
import { writeXml } from '../xml.js';

const MAX_PART_NUMBER = 10_000;

export const createMultipartUpload: S3Operation = async (call, { storage, clock }) => {
  const { bucket, key } = call;
  storage.places.object(bucket, key);
  await storage.buckets.check(bucket);
  const checksumAlgorithm = header(call, 'x-amz-checksum-algorithm')?.toUpperCase();
  if (checksumAlgorithm !== undefined && !CHECKSUM_NAMES.some((name) => name.toUpperCase() === checksumAlgorithm)) {
    throw invalidArgument('The checksum algorithm is not known.', 'x-amz-checksum-algorithm', checksumAlgorithm);
  }
  const checksumType = header(call, 'x-amz-checksum-type');
  const { uploadId } = await storage.uploads.begin({
    bucket,
    key,
    initiatedAt: clock(),
    description: describedObject(call),
    checksumAlgorithm,
    checksumType,
  });
  return {
    status: 200,
    headers: {
      ...(checksumAlgorithm === undefined ? {} : { 'x-amz-checksum-algorithm': checksumAlgorithm }),
      ...(checksumType === undefined ? {} : { 'x-amz-checksum-type': checksumType }),
    },
    body: writeXml('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: uploadId }),
  };
};

export const uploadPart: S3Operation = async (call, { storage, clock }) => {
  const { uploadId, partNumber } = partOf(call);
  await storage.uploads.get(uploadId, call.bucket, call.key);
  return withIncomingFile(
    storage.places.incoming,
    (file) => receiveBody(call, file.append),
    async (path, { md5, sizeBytes, checksums }) => {
      await storage.uploads.keepPart(uploadId, path, {
        partNumber,
        etag: md5,
        sizeBytes,
        modifiedAt: clock(),
        checksums,
      });
      const { 'x-amz-checksum-type': _ofObjectsOnly, ...headers } = checksumHeaders(checksums);
      return { status: 200, headers: { etag: quoted(md5), ...headers } };
    },
  );
};

export const uploadPartCopy: S3Operation = async (call, context) => {
  const { storage, clock } = context;
  const { uploadId, partNumber } = partOf(call);
  await storage.uploads.get(uploadId, call.bucket, call.key);
  const source = await copySource(call, context);
  const { object, file } = await storage.objects.open(source.bucket, source.key);
  try {
    requireCopyConditions(call, object);
    const range = rangeToCopy(header(call, 'x-amz-copy-source-range'), object.sizeBytes);
    return await withIncomingFile(
      storage.places.incoming,
      (part) => copyRange(file, range, part.append),
      async (path, { md5, sizeBytes }) => {
        const part: Part = { partNumber, etag: md5, sizeBytes, modifiedAt: clock(), checksums: {} };
        await storage.uploads.keepPart(uploadId, path, part);
        return {
          status: 200,
          body: writeXml('CopyPartResult', {
            LastModified: part.modifiedAt.toISOString(),
            ETag: quoted(md5),
            ...checksumElements(part.checksums),
          }),
        };
      },
    );
  } finally {
    await file.close();
  }
};

export const abortMultipartUpload: S3Operation = async (call, { storage }) => {
  const { uploadId } = await storage.uploads.get(call.query.get('uploadId') ?? '', call.bucket, call.key);
  await storage.uploads.end(uploadId);
  return { status: 204 };
};

function partOf({ query }: S3Call): { uploadId: string; partNumber: number } {
  const text = query.get('partNumber') ?? '';
  const partNumber = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (partNumber < 1 || partNumber > MAX_PART_NUMBER) {
    throw invalidArgument(`Part numbers are 1 to ${MAX_PART_NUMBER}.`, 'partNumber', text);
  }
  return { uploadId: query.get('uploadId') ?? '', partNumber };
}

/** Unlike a Range header, it must be whole and within the object. */
function rangeToCopy(text: string | undefined, sizeBytes: number): { first: number; last: number } {
  if (text === undefined) return { first: 0, last: sizeBytes - 1 };
  const range = /^bytes=\d+-\d+$/.test(text) ? byteRange(text, sizeBytes) : 'whole';
  if (range === 'whole' || range === 'unsatisfiable' || !text.endsWith(`-${range.last}`)) {
    throw invalidArgument(`The range must lie in the ${sizeBytes} bytes.`, 'x-amz-copy-source-range', text);
  }
  return range;
}
