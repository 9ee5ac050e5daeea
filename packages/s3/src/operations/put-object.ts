import { receiveBody } from '../body/receive-body.js';
import { checksumHeaders } from '../http/checksum-headers.js';
import { describedObject, quoted } from '../http/object-headers.js';
import { replaceCondition } from '../http/replace-condition.js';
import type { S3Operation } from '../s3-call.js';
import { withIncomingFile } from '../storage/incoming-file.js';

export const putObject: S3Operation = async (call, { storage }) => {
  const { bucket, key } = call;
  const description = describedObject(call);
  const condition = replaceCondition(call);
  // Before the body is read: a wrong key or bucket should not cost an upload.
  storage.places.object(bucket, key);
  await storage.buckets.check(bucket);
  return withIncomingFile(
    storage.places.incoming,
    (file) => receiveBody(call, file.append),
    async (path, { md5, checksums }) => {
      await storage.objects.put(bucket, path, { ...description, key, etag: md5, checksums }, condition);
      return { status: 200, headers: { etag: quoted(md5), ...checksumHeaders(checksums) } };
    },
  );
};
