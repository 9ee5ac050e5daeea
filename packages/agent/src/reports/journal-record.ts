import { crc32 } from 'node:zlib';
import { type AttemptReport, decodeAttemptReport, encodeAttemptReport } from '@fleetune/protocol';

/** `report`: this was reported. `acknowledged`: the server has the report of the attempt with this name. */
export type JournalRecord =
  | { readonly kind: 'report'; readonly report: AttemptReport }
  | { readonly kind: 'acknowledged'; readonly name: string };

const REPORT = 1;
const ACKNOWLEDGED = 2;
const HEADER_BYTES = 9;

/** Record: kind (1 byte), length of the body (4), CRC-32 of the body (4), body. Big-endian. */
export function encodeRecord(record: JournalRecord): Buffer {
  const body =
    record.kind === 'report' ? Buffer.from(encodeAttemptReport(record.report)) : Buffer.from(record.name, 'utf8');
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(record.kind === 'report' ? REPORT : ACKNOWLEDGED, 0);
  header.writeUInt32BE(body.length, 1);
  header.writeUInt32BE(crc32(body), 5);
  return Buffer.concat([header, body]);
}

/** Reads records up to the first that is torn, which is where a crash ended the writing. */
export function decodeRecords(bytes: Buffer): JournalRecord[] {
  const records: JournalRecord[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) break;
    const body = bytes.subarray(at + HEADER_BYTES, end);
    if (crc32(body) !== bytes.readUInt32BE(at + 5)) break;
    records.push(
      bytes.readUInt8(at) === REPORT
        ? { kind: 'report', report: decodeAttemptReport(body) }
        : { kind: 'acknowledged', name: body.toString('utf8') },
    );
    at = end;
  }
  return records;
}
