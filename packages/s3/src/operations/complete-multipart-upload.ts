import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { CHECKSUM_NAMES, type ChecksumName, type Checksums, startChecksum } from '../body/checksum.js';
import { receiveText } from '../body/receive-body.js';
import { checksumElements } from '../http/checksum-headers.js';
import { quoted } from '../http/object-headers.js';
import { patientAnswer } from '../http/patient-answer.js';
import { replaceCondition } from '../http/replace-condition.js';
import { header, type S3Call, type S3Context, type S3Operation } from '../s3-call.js';
import { S3Error } from '../s3-error.js';
import { type IncomingFile, withIncomingFile } from '../storage/incoming-file.js';
import type { Part, Upload } from '../storage/uploads.js';
import { isRecord, readXml, writeXml } from '../xml.js';

const MAX_BODY_BYTES = 8 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;

export const completeMultipartUpload: S3Operation = async (call, context) => {
  const { storage } = context;
  const upload = await storage.uploads.get(call.query.get('uploadId') ?? '', call.bucket, call.key);
  const wanted = readParts(await receiveText(withoutChecksums(call), MAX_BODY_BYTES));
  const parts = chooseParts(wanted, await storage.uploads.parts(upload.uploadId));
  const work = complete(call, context, upload, parts);
  return patientAnswer(work, (error) => context.describeError(call, error));
};

async function complete(call: S3Call, { storage }: S3Context, upload: Upload, parts: readonly Part[]): Promise<string> {
  const { bucket, key, uploadId, description } = upload;
  const condition = replaceCondition(call);
  const claimed = claimedChecksum(call, upload);
  const etag = etagOfParts(parts);
  const checksums = await withIncomingFile(
    storage.places.incoming,
    async (file) => {
      const paths = parts.map(({ partNumber }) => storage.uploads.partPath(uploadId, partNumber));
      return join(file, paths, claimed);
    },
    async (path, found) => {
      await storage.objects.put(bucket, path, { ...description, key, etag, checksums: found }, condition);
      return found;
    },
  );
  await storage.uploads.end(uploadId);
  return writeXml('CompleteMultipartUploadResult', {
    Location: `/${bucket}/${key}`,
    Bucket: bucket,
    Key: key,
    ETag: quoted(etag),
    ...checksumElements(checksums),
    ChecksumType: Object.keys(checksums).length > 0 ? 'FULL_OBJECT' : undefined,
  });
}

/** The checksums in the headers of this request are those of the object, not of the list in the body. */
function withoutChecksums(call: S3Call): S3Call {
  const headers = Object.entries(call.headers).filter(([name]) => !name.startsWith('x-amz-checksum-'));
  return { ...call, headers: Object.fromEntries(headers) };
}

interface WantedPart {
  readonly partNumber: number;
  readonly etag: string;
  readonly checksums: Checksums;
}

function readParts(text: string): readonly WantedPart[] {
  const { Part: listed } = readXml(text, 'CompleteMultipartUpload');
  const parts = (Array.isArray(listed) ? listed : []).map((part: unknown) => {
    const { PartNumber: number, ETag: etag, ...rest } = isRecord(part) ? part : {};
    if (typeof number !== 'string' || !/^\d{1,5}$/.test(number) || typeof etag !== 'string') throw malformed();
    const checksums = CHECKSUM_NAMES.flatMap((name) => {
      const value = rest[`Checksum${name.toUpperCase()}`];
      return typeof value === 'string' ? [[name, value]] : [];
    });
    return { partNumber: Number(number), etag: etag.replaceAll('"', ''), checksums: Object.fromEntries(checksums) };
  });
  if (parts.length === 0) throw malformed();
  return parts;
}

function malformed(): S3Error {
  return new S3Error('MalformedXML', 400, 'CompleteMultipartUpload must list parts by PartNumber and ETag.');
}

/** The parts that were uploaded, as the client lists them. */
function chooseParts(wanted: readonly WantedPart[], uploaded: readonly Part[]): readonly Part[] {
  const byNumber = new Map(uploaded.map((part) => [part.partNumber, part]));
  let previous = 0;
  return wanted.map(({ partNumber, etag, checksums }) => {
    if (partNumber <= previous) {
      throw new S3Error('InvalidPartOrder', 400, 'The parts must be listed by ascending number, each once.');
    }
    previous = partNumber;
    const part = byNumber.get(partNumber);
    const isSame =
      part?.etag === etag &&
      CHECKSUM_NAMES.every((name) => {
        const [told, kept] = [checksums[name], part.checksums[name]];
        return told === undefined || kept === undefined || told === kept;
      });
    if (part === undefined || !isSame) {
      throw new S3Error('InvalidPart', 400, `Part ${partNumber} was not uploaded, or with another ETag or checksum.`, {
        details: { PartNumber: String(partNumber), ETag: etag },
      });
    }
    return part;
  });
}

/** A checksum of the whole object. One of the parts' checksums says nothing that the parts did not. */
function claimedChecksum(call: S3Call, upload: Upload): { name: ChecksumName; value: string } | undefined {
  const isComposite = (header(call, 'x-amz-checksum-type') ?? upload.checksumType) === 'COMPOSITE';
  const name = CHECKSUM_NAMES.find((each) => header(call, `x-amz-checksum-${each}`) !== undefined);
  const value = name && header(call, `x-amz-checksum-${name}`);
  if (name === undefined || value === undefined || isComposite || value.includes('-')) return undefined;
  return { name, value };
}

/** The MD5 of the parts' MD5s and their number, which is what clients of multipart uploads expect. */
function etagOfParts(parts: readonly Part[]): string {
  const hash = createHash('md5');
  for (const { etag } of parts) hash.update(etag, 'hex');
  return `${hash.digest('hex')}-${parts.length}`;
}

/** Writes the parts one behind the other. @returns the checksum that was claimed, verified. */
async function join(
  target: IncomingFile,
  paths: readonly string[],
  claimed: { readonly name: ChecksumName; readonly value: string } | undefined,
): Promise<Checksums> {
  const checksum = claimed && (await startChecksum(claimed.name));
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  for (const path of paths) {
    const part = await open(path);
    try {
      for (;;) {
        const { bytesRead } = await part.read(buffer, 0, READ_BYTES);
        if (bytesRead === 0) break;
        const bytes = buffer.subarray(0, bytesRead);
        const written = target.append(bytes);
        checksum?.update(bytes);
        await written;
      }
    } finally {
      await part.close();
    }
  }
  if (claimed === undefined) return {};
  if (checksum?.digest() !== claimed.value) {
    throw new S3Error(
      'BadDigest',
      400,
      `The ${claimed.name.toUpperCase()} checksum of the whole object does not match.`,
    );
  }
  return { [claimed.name]: claimed.value };
}
