import type { S3Response } from '../s3-call.js';

const DECLARATION = /^<\?xml[^>]*\?>\s*/;

/**
 * The answer to a request that may take minutes. When the document is not there in time, the answer begins with status 200
 * and goes on with white space, so that the client does not give up; an error then stands in the body, as S3 has it.
 *
 * @param work makes the document. @param describeError makes an error document.
 */
export async function patientAnswer(
  work: Promise<string>,
  describeError: (error: unknown) => string,
  patienceMs = 10_000,
): Promise<S3Response> {
  const early = await within(work, patienceMs);
  return { status: 200, body: early ?? late(work, describeError, patienceMs) };
}

async function* late(
  work: Promise<string>,
  describeError: (error: unknown) => string,
  patienceMs: number,
): AsyncIterable<string> {
  const settled = work.catch(describeError);
  yield '<?xml version="1.0" encoding="UTF-8"?>\n';
  for (;;) {
    const document = await within(settled, patienceMs);
    if (document !== undefined) return yield document.replace(DECLARATION, '');
    yield ' ';
  }
}

async function within<T>(work: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, limitMs, undefined);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
