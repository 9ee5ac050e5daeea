import type { S3Client } from '@aws-sdk/client-s3';

/** Longer objects cannot be copied in one request. */
const ONE_REQUEST_BYTES = 5 * 1024 ** 3;
const PART_BYTES = 1024 ** 3;

interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

/** Copies an object inside its service, in parts where it is longer than 5 GiB. Nothing passes through this process. */
export async function copyS3Object(client: S3Client, from: S3Place, to: S3Place): Promise<void> {
  const { CopyObjectCommand, HeadObjectCommand } = await import('@aws-sdk/client-s3');
  const source = [from.bucket, ...from.key.split('/')].map(encodeURIComponent).join('/');
  const target = { Bucket: to.bucket, Key: to.key };
  const head = await client.send(new HeadObjectCommand({ Bucket: from.bucket, Key: from.key }));
  const sizeBytes = head.ContentLength ?? 0;
  if (sizeBytes <= ONE_REQUEST_BYTES) {
    await client.send(new CopyObjectCommand({ ...target, CopySource: source }));
    return;
  }
  await copyInParts(client, source, sizeBytes, target);
}

async function copyInParts(
  client: S3Client,
  source: string,
  sizeBytes: number,
  target: { readonly Bucket: string; readonly Key: string },
): Promise<void> {
  const s3 = await import('@aws-sdk/client-s3');
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(target));
  try {
    const parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let start = 0; start < sizeBytes; start += PART_BYTES) {
      const end = Math.min(start + PART_BYTES, sizeBytes) - 1;
      const PartNumber = parts.length + 1;
      const range = { CopySource: source, CopySourceRange: `bytes=${start}-${end}` };
      const answer = await client.send(new s3.UploadPartCopyCommand({ ...target, UploadId, PartNumber, ...range }));
      parts.push({ PartNumber, ETag: answer.CopyPartResult?.ETag });
    }
    await client.send(
      new s3.CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts: parts } }),
    );
  } catch (error) {
    await client.send(new s3.AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => undefined);
    throw error;
  }
}
