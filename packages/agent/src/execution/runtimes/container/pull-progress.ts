import { z } from 'zod';

const MIB = 1024 ** 2;
/** From one line about a pull in the job's log to the next. */
const TELL_EVERY_MS = 5_000;

const layerEvent = z.object({ id: z.string(), progressDetail: z.object({ current: z.number() }) });
const faultEvent = z.object({ error: z.string().min(1) });

/** Makes something to tell of what an engine reports, many times a second, while it pulls an image. */
export class PullProgress {
  /** Why the pull failed, as some engines only say in passing. */
  fault: string | undefined;
  readonly #elapsedMs: () => number;
  readonly #tell: (mib: number) => void;
  readonly #bytesByLayer = new Map<string, number>();
  #tellAtMs = TELL_EVERY_MS;

  /** @param tell gets how much has arrived, in MiB, every few seconds. */
  constructor(elapsedMs: () => number, tell: (mib: number) => void) {
    this.#elapsedMs = elapsedMs;
    this.#tell = tell;
  }

  hear(event: unknown): void {
    this.fault ??= faultEvent.safeParse(event).data?.error;
    const layer = layerEvent.safeParse(event).data;
    if (layer === undefined) return;
    this.#bytesByLayer.set(layer.id, layer.progressDetail.current);
    if (this.#elapsedMs() < this.#tellAtMs) return;
    this.#tellAtMs = this.#elapsedMs() + TELL_EVERY_MS;
    let bytes = 0;
    for (const current of this.#bytesByLayer.values()) bytes += current;
    this.#tell(Math.round(bytes / MIB));
  }
}
