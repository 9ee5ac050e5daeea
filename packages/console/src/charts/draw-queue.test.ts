import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { drawNever, drawSoon } from './draw-queue.js';

/** Frames that come when the test says so. */
const frames: (() => void)[] = [];

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (then: () => void) => frames.push(then));
});
afterEach(() => {
  vi.unstubAllGlobals();
});

async function frame(): Promise<void> {
  for (const then of frames.splice(0)) then();
  await new Promise((resolve) => setTimeout(resolve));
}

it('draws one chart a frame, in the order they asked', async () => {
  const drawn: string[] = [];
  for (const name of ['a', 'b']) drawSoon({ name }, () => drawn.push(name));
  expect(drawn).toEqual([]);
  await frame();
  expect(drawn).toEqual(['a']);
  await frame();
  await frame();
  expect(drawn).toEqual(['a', 'b']);
  expect(frames).toEqual([]);
});

it('draws a chart once, as it was asked last, and none that is gone', async () => {
  const drawn: string[] = [];
  const [chart, gone] = [{}, {}];
  drawSoon(chart, () => drawn.push('old'));
  drawSoon(gone, () => drawn.push('gone'));
  drawSoon(chart, () => drawn.push('new'));
  drawNever(gone);
  await frame();
  await frame();
  expect(drawn).toEqual(['new']);
});
