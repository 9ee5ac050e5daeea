import { checksumElements } from '../http/checksum-headers.js';
import { copySource, requireCopyConditions } from '../http/copy-source.js';
import { describedObject, quoted } from '../http/object-headers.js';
import { patientAnswer } from '../http/patient-answer.js';
import { replaceCondition } from '../http/replace-condition.js';
import { header, type S3Call, type S3Context, type S3Operation } from '../s3-call.js';
import { invalidArgument, invalidRequest } from '../s3-error.js';
import { withIncomingFile } from '../storage/incoming-file.js';
import { writeXml } from '../xml.js';

export const copyObject: S3Operation = async (call, context) => {
  const { storage } = context;
  const directive = header(call, 'x-amz-metadata-directive') ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw invalidArgument('The directive must be COPY or REPLACE.', 'x-amz-metadata-directive', directive);
  }
  const source = await copySource(call, context);
  if (directive === 'COPY' && source.bucket === call.bucket && source.key === call.key) {
    throw invalidRequest('An object can be copied onto itself only with x-amz-metadata-directive: REPLACE.');
  }
  storage.places.object(call.bucket, call.key);
  await storage.buckets.check(call.bucket);
  requireCopyConditions(call, await storage.objects.get(source.bucket, source.key));
  return patientAnswer(copy(call, context, directive === 'REPLACE'), (error) => context.describeError(call, error));
};

async function copy(call: S3Call, context: S3Context, replacesDescription: boolean): Promise<string> {
  const { storage } = context;
  const { bucket, key } = call;
  const source = await copySource(call, context);
  const given = describedObject(call);
  const condition = replaceCondition(call);
  return withIncomingFile(
    storage.places.incoming,
    (file) => storage.objects.copyTo(source.bucket, source.key, file.path),
    async (path, original) => {
      requireCopyConditions(call, original);
      const { headers, metadata } = replacesDescription ? given : original;
      const record = { key, headers, metadata, etag: original.recordedEtag, checksums: original.checksums };
      const made = await storage.objects.put(bucket, path, record, condition);
      return writeXml('CopyObjectResult', {
        LastModified: made.modifiedAt.toISOString(),
        ETag: quoted(made.etag),
        ...checksumElements(made.checksums),
      });
    },
  );
}
