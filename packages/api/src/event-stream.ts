import { EventSourceParserStream } from 'eventsource-parser/stream';
import { type ServerEvent, serverEventSchema } from './contract/server-event.js';

export interface ReceivedEvent {
  /** For going on from here: `lastEventId` of the next stream. */
  readonly id: string;
  readonly event: ServerEvent;
}

/** Reads the body of `GET /events`. Events of kinds that are not known here are passed over. */
export async function* readEvents(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<ReceivedEvent> {
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  const reader = events.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parsed = serverEventSchema.safeParse(JSON.parse(value.data));
      if (parsed.success) yield { id: value.id ?? '', event: parsed.data };
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
