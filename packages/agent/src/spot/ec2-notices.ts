import { z } from 'zod';
import { askUntilNotice, MetadataServiceError, secondsUntil } from './ask-until-notice.js';
import type { NoticeSourceOptions, SpotNotice, SpotNotices } from './spot-notices.js';

const BASE_URL = 'http://169.254.169.254';
/** What Amazon recommends; the notice comes two minutes ahead. */
const POLL_EVERY_MS = 5_000;
const TOKEN_SECONDS = 21_600;

const instanceAction = z.object({ action: z.string(), time: z.string() });

/** Interruption notices of Amazon EC2, from the instance metadata service, version 2. */
export function ec2Notices(options: NoticeSourceOptions = {}): SpotNotices {
  const { baseUrl = BASE_URL, pollEveryMs = POLL_EVERY_MS, nowMs = Date.now, onSilent } = options;
  let token: string | undefined;

  async function ask(signal: AbortSignal): Promise<SpotNotice | undefined> {
    token ??= await newToken(baseUrl, signal);
    const url = `${baseUrl}/latest/meta-data/spot/instance-action`;
    const response = await fetch(url, { headers: { 'X-aws-ec2-metadata-token': token }, signal });
    // Whatever the status, the connection is only free again when the answer was read.
    const text = await response.text();
    if (response.status === 404) return undefined;
    if (response.status === 401) token = undefined;
    if (!response.ok) throw new MetadataServiceError(url, response.status);
    const { action, time } = instanceAction.parse(JSON.parse(text));
    return {
      reason: `Amazon EC2 takes the spot machine away (${action} at ${time}).`,
      secondsLeft: secondsUntil(time, nowMs()),
    };
  }

  return { next: (signal) => askUntilNotice({ ask, everyMs: pollEveryMs, onSilent }, signal) };
}

async function newToken(baseUrl: string, signal: AbortSignal): Promise<string> {
  const url = `${baseUrl}/latest/api/token`;
  const headers = { 'X-aws-ec2-metadata-token-ttl-seconds': String(TOKEN_SECONDS) };
  const response = await fetch(url, { method: 'PUT', headers, signal });
  const text = await response.text();
  if (!response.ok) throw new MetadataServiceError(url, response.status);
  return text;
}
