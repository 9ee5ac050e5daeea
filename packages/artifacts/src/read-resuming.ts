import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { ArtifactStoreError } from './artifact-errors.js';
import type { ObjectFacts, ObjectStore } from './object-store.js';

/** How often a read may break without a byte of progress. */
const TRIES = 5;
const FIRST_PAUSE_MS = 100;

/**
 * The bytes of an object as it was listed. A connection that breaks is taken up again where it broke.
 *
 * The stream fails with ArtifactChangedError when the object is replaced meanwhile, and with ArtifactStoreError when the
 * store fails again and again.
 */
export function readResuming(
  store: ObjectStore,
  object: ObjectFacts & { readonly uri: string },
  signal?: AbortSignal,
): Readable {
  return Readable.from(chunksOf(store, object, signal), { objectMode: false });
}

async function* chunksOf(
  store: ObjectStore,
  { uri, sizeBytes, version }: ObjectFacts & { readonly uri: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  let fromByte = 0;
  for (let failures = 0; ; ) {
    signal?.throwIfAborted();
    try {
      const body = await store.get(uri, { fromByte, ...(version === '' ? {} : { ifVersion: version }) });
      for await (const chunk of body) {
        fromByte += (chunk as Buffer).length;
        failures = 0;
        yield chunk as Buffer;
        signal?.throwIfAborted();
      }
      if (fromByte === sizeBytes) return;
      throw new Error(`it ended after ${fromByte} of ${sizeBytes} bytes`);
    } catch (error) {
      if (signal?.aborted || (isFinal(error) && !(error instanceof ArtifactStoreError))) throw error;
      failures += 1;
      if (failures === TRIES)
        throw error instanceof ArtifactStoreError ? error : new ArtifactStoreError('read', uri, error);
    }
    await pause(FIRST_PAUSE_MS * 2 ** failures, undefined, signal === undefined ? {} : { signal });
  }
}

/** What the store says for good, in contrast to a connection that broke. */
function isFinal(error: unknown): boolean {
  return error instanceof Error && /^(Artifact|InvalidArtifact)/.test(error.name);
}
