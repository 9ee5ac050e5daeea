type Draw = () => void;

const waiting = new Map<object, Draw>();
let running = false;

/**
 * Draws a chart soon, one chart a frame, so that a page with many never holds up the reader's hands. A chart that is drawn again
 * before its turn is drawn once, as it was asked last.
 *
 * @param chart stands for the chart.
 */
export function drawSoon(chart: object, draw: Draw): void {
  waiting.set(chart, draw);
  if (running) return;
  running = true;
  nextFrame(drawNext);
}

/** A chart that is gone is not drawn. */
export function drawNever(chart: object): void {
  waiting.delete(chart);
}

function drawNext(): void {
  const [next] = waiting;
  if (next === undefined) {
    running = false;
    return;
  }
  const [chart, draw] = next;
  waiting.delete(chart);
  nextFrame(drawNext);
  draw();
}

/** After the coming frame has been painted: what a chart draws it paints in the frame after its drawing. */
function nextFrame(then: () => void): void {
  requestAnimationFrame(() => setTimeout(then));
}
