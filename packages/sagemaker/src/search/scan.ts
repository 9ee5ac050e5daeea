import type { Page } from '@fleetune/scheduler';
import type { Test } from './filter.js';

/** A page of a listing, which goes on after the page before it, whatever the sizes of the two. */
export type ReadPage = (maxResults: number, nextToken: string | undefined) => Promise<Page<unknown>>;

const PAGE = 100;
/** Records looked at before a search answers with what it has, so that no request takes long. */
const MAX_SCANNED = 1000;

/**
 * The next records of a listing that pass the test, in the order of the listing: at most `maxResults`, and fewer, even
 * none, when many had to be looked at; the token of the page says whether there is more to look at.
 */
export async function scan(
  read: ReadPage,
  test: Test | undefined,
  maxResults: number,
  fromToken: string | undefined,
): Promise<Page<unknown>> {
  const items: unknown[] = [];
  let nextToken = fromToken;
  for (let scanned = 0; scanned < MAX_SCANNED; ) {
    const room = maxResults - items.length;
    const page = await readUpTo(read, test, room, nextToken);
    items.push(...(test === undefined ? page.items : page.items.filter(test)));
    nextToken = page.nextToken;
    scanned += page.items.length;
    if (nextToken === undefined || items.length >= maxResults) break;
  }
  return { items, nextToken };
}

/** A page with at most `room` records that pass: one with more is read again up to the last that there is room for. */
async function readUpTo(
  read: ReadPage,
  test: Test | undefined,
  room: number,
  nextToken: string | undefined,
): Promise<Page<unknown>> {
  if (test === undefined) return read(Math.min(PAGE, room), nextToken);
  let page = await read(PAGE, nextToken);
  for (;;) {
    const passing = page.items.flatMap((record, index) => (test(record) ? [index] : []));
    const last = passing[room - 1];
    if (last === undefined || last === page.items.length - 1) return page;
    page = await read(last + 1, nextToken);
  }
}

/**
 * Every record of a listing that passes the test; undefined when the listing has more than `maxRecords`.
 */
export async function scanAll(
  read: ReadPage,
  test: Test | undefined,
  maxRecords: number,
): Promise<readonly unknown[] | undefined> {
  const items: unknown[] = [];
  let nextToken: string | undefined;
  let scanned = 0;
  do {
    const page = await read(PAGE, nextToken);
    scanned += page.items.length;
    if (scanned > maxRecords) return undefined;
    items.push(...(test === undefined ? page.items : page.items.filter(test)));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return items;
}
