import { azureNotices } from './azure-notices.js';
import { ec2Notices } from './ec2-notices.js';
import { gcpNotices } from './gcp-notices.js';
import type { NoticeSourceOptions, SpotNotices } from './spot-notices.js';

/** Clouds whose notices an agent can hear. A new one is a file beside this and a line here. */
const SOURCES = { ec2: ec2Notices, gcp: gcpNotices, azure: azureNotices } as const;

export type NoticeSource = keyof typeof SOURCES;

export const NOTICE_SOURCES = Object.keys(SOURCES) as readonly NoticeSource[];

export function noticesOf(source: NoticeSource, options: NoticeSourceOptions = {}): SpotNotices {
  return SOURCES[source](options);
}
