import { expect, it } from 'vitest';
import { patientAnswer } from './patient-answer.js';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const describeError = (error: unknown) => `${DECLARATION}<Error>${(error as Error).message}</Error>`;

it('is an ordinary answer, or an ordinary error, when the work is done in time', async () => {
  const answer = await patientAnswer(Promise.resolve(`${DECLARATION}<Done/>`), describeError, 1000);
  expect(answer).toEqual({ status: 200, body: `${DECLARATION}<Done/>` });
  await expect(patientAnswer(Promise.reject(new Error('no')), describeError, 1000)).rejects.toThrow('no');
});

it.each([
  ['the document', undefined, '<Done/>'],
  ['the error', new Error('late'), '<Error>late</Error>'],
])('keeps the client waiting with white space, and ends with %s', async (_what, fault, end) => {
  let settle = () => {};
  const work = new Promise<string>((resolve, reject) => {
    settle = () => (fault === undefined ? resolve(`${DECLARATION}<Done/>`) : reject(fault));
  });
  const { status, body } = await patientAnswer(work, describeError, 1);
  expect(status).toBe(200);
  let text = '';
  for await (const piece of body as AsyncIterable<string>) {
    text += piece;
    if (text.endsWith('   ')) settle();
  }
  expect(text).toMatch(/^<\?xml[^>]*\?>\n {3,}/);
  expect(text.trim().endsWith(end)).toBe(true);
});
