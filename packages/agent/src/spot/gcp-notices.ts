import { askUntilNotice, MetadataServiceError } from './ask-until-notice.js';
import type { NoticeSourceOptions, SpotNotice, SpotNotices } from './spot-notices.js';

const BASE_URL = 'http://metadata.google.internal';
/** From the notice to the end of the machine. */
const NOTICE_SECONDS = 30;
/** How long the service is asked to hold an answer back while nothing changes. */
const HOLD_SECONDS = 60;
/** Between two questions; a change in between is seen by the second one. */
const POLL_EVERY_MS = 1_000;

/** Preemption notices of Google Compute Engine: the metadata server answers when the value changes. */
export function gcpNotices(options: NoticeSourceOptions = {}): SpotNotices {
  const { baseUrl = BASE_URL, pollEveryMs = POLL_EVERY_MS, onSilent } = options;
  /** Of the last answer; with it the service answers at once when the value has changed since. */
  let etag: string | undefined;

  async function ask(signal: AbortSignal): Promise<SpotNotice | undefined> {
    const url = new URL(`${baseUrl}/computeMetadata/v1/instance/preempted`);
    if (etag !== undefined) {
      url.searchParams.set('wait_for_change', 'true');
      url.searchParams.set('last_etag', etag);
      url.searchParams.set('timeout_sec', String(HOLD_SECONDS));
    }
    const response = await fetch(url, { headers: { 'Metadata-Flavor': 'Google' }, signal });
    const text = await response.text();
    if (!response.ok) throw new MetadataServiceError(url.href, response.status);
    etag = response.headers.get('etag') ?? undefined;
    if (text.trim() !== 'TRUE') return undefined;
    return { reason: 'Google Compute Engine takes the spot machine away.', secondsLeft: NOTICE_SECONDS };
  }

  const timeoutMs = (HOLD_SECONDS + 10) * 1000;
  return { next: (signal) => askUntilNotice({ ask, everyMs: pollEveryMs, timeoutMs, onSilent }, signal) };
}
