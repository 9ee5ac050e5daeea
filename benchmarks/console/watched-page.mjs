import { launchChromium } from '../../packages/workbench/src/chromium.mjs';

/** Runs in the page before everything else: what the browser itself says about how busy it is. */
function watch() {
  const seen = { longTasks: [], events: [], frames: [], firstRowsMs: undefined, allRowsMs: undefined };
  globalThis.seen = seen;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) seen.longTasks.push({ startTime, duration });
  }).observe({ type: 'longtask', buffered: true });
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) seen.events.push({ name, duration });
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
  let last = performance.now();
  const frame = (nowMs) => {
    seen.frames.push(nowMs - last);
    last = nowMs;
    if (seen.firstRowsMs === undefined && document.querySelector('.grid-row')) seen.firstRowsMs = performance.now();
    const rows = Number(document.querySelector('.grid')?.getAttribute('aria-rowcount'));
    if (seen.allRowsMs === undefined && rows > globalThis.expectedRows) seen.allRowsMs = performance.now();
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** Processor time of each task of the page's main thread: on a machine that others use it says more than the clock. */
function taskCpuMs(traceEvents) {
  const isMain = ({ ph, name, args }) => ph === 'M' && name === 'thread_name' && args.name === 'CrRendererMain';
  const mains = new Set(traceEvents.filter(isMain).map(({ pid, tid }) => `${pid} ${tid}`));
  return traceEvents
    .filter(({ ph, name, pid, tid }) => ph === 'X' && name.endsWith('RunTask') && mains.has(`${pid} ${tid}`))
    .map(({ tdur }) => (tdur ?? 0) / 1000);
}

/** A page of a Chromium that keeps account of its long tasks, its events and its frames. */
export async function openWatchedPage(expectedRows) {
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1400, height: 950 } });
  await page.addInitScript(`globalThis.expectedRows = ${expectedRows}; (${watch})()`);
  return {
    page,
    /** Does something with the page. @returns what was seen meanwhile, and its tasks by the processor time they took. */
    async during(act) {
      await browser.startTracing(page, { categories: ['toplevel'] });
      await act();
      const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
      const seen = await page.evaluate(() => {
        const taken = { ...globalThis.seen };
        Object.assign(globalThis.seen, { longTasks: [], events: [], frames: [] });
        return taken;
      });
      return { ...seen, taskCpuMs: taskCpuMs(traceEvents) };
    },
    close: () => browser.close(),
  };
}
