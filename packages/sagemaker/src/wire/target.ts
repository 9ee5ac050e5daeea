import type { WireRequest } from './http.js';

/** The operation a request names, such as `SageMaker.ListTrainingJobs`. A presigned URL may carry it in its query. */
export function targetOf({ headers, url }: WireRequest): string | undefined {
  const header = headers['x-amz-target'];
  if (typeof header === 'string') return header;
  const query = new URLSearchParams(url.split(/\?(.*)/s)[1] ?? '');
  return [...query].find(([name]) => name.toLowerCase() === 'x-amz-target')?.[1];
}
