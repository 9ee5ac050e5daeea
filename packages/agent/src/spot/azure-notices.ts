import { z } from 'zod';
import { askUntilNotice, MetadataServiceError, secondsUntil } from './ask-until-notice.js';
import type { NoticeSourceOptions, SpotNotice, SpotNotices } from './spot-notices.js';

const BASE_URL = 'http://169.254.169.254';
/** The notice comes 30 seconds ahead at least. */
const POLL_EVERY_MS = 2_000;

const scheduledEvents = z.object({
  Events: z.array(
    z.object({
      EventType: z.string(),
      Resources: z.array(z.string()),
      /** Empty once the event has started. */
      NotBefore: z.string(),
    }),
  ),
});

/** Eviction notices of Azure spot virtual machines: scheduled events of type Preempt. */
export function azureNotices(options: NoticeSourceOptions = {}): SpotNotices {
  const { baseUrl = BASE_URL, pollEveryMs = POLL_EVERY_MS, nowMs = Date.now, onSilent } = options;

  async function get(path: string, signal: AbortSignal): Promise<string> {
    const url = `${baseUrl}/metadata/${path}`;
    const response = await fetch(url, { headers: { Metadata: 'true' }, signal });
    const text = await response.text();
    if (!response.ok) throw new MetadataServiceError(url, response.status);
    return text;
  }

  async function ask(signal: AbortSignal): Promise<SpotNotice | undefined> {
    const { Events } = scheduledEvents.parse(
      JSON.parse(await get('scheduledevents?api-version=2020-07-01', signal)) as unknown,
    );
    const preempts = Events.filter(({ EventType }) => EventType === 'Preempt');
    if (preempts.length === 0) return undefined;
    // The machines of an availability set or scale set all see the events of each.
    const name = await get('instance/compute/name?api-version=2021-02-01&format=text', signal);
    const mine = preempts.find(({ Resources }) => Resources.includes(name.trim()));
    if (mine === undefined) return undefined;
    const secondsLeft = secondsUntil(mine.NotBefore, nowMs());
    return { reason: 'Azure takes the spot machine away.', secondsLeft };
  }

  return { next: (signal) => askUntilNotice({ ask, everyMs: pollEveryMs, onSilent }, signal) };
}
