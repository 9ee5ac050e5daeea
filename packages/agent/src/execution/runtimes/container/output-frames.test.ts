import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { OutputFrames } from './output-frames.js';

function frame(stream: number, content: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
}

test.each([1, 3, 8, 11, 1000])('frames that arrive in pieces of %i bytes become what was printed', async (size) => {
  const bytes = Buffer.concat([frame(1, 'epoch 1\n'), frame(2, ''), frame(2, 'warning\n'), frame(1, 'loss=0.5\n')]);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  expect(await text(Readable.from(pieces).pipe(new OutputFrames()))).toBe('epoch 1\nwarning\nloss=0.5\n');
});
