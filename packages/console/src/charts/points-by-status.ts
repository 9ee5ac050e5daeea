import type { TrainingJobSummary } from '@fleetune/api/contract';
import { type ChartColors, statusColor } from './colors.js';

export interface PlottedJob {
  readonly job: TrainingJobSummary;
  readonly x: number;
  readonly objective: number;
}

/** From this many points on the library draws them all at once. */
const MANY_POINTS = 1_500;

/** A scatter series for each status, and the way back from a drawn point to its training job. */
export function pointsByStatus<Point extends PlottedJob>(points: readonly Point[]) {
  const groups = new Map<string, Point[]>();
  for (const point of points) {
    const id = `points-${point.job.status}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [point]);
    else group.push(point);
  }
  return {
    find: (seriesId: string, place: number): Point | undefined => groups.get(seriesId)?.[place],
    series: (colors: ChartColors) =>
      [...groups].map(([id, group]) => ({
        id,
        name: group[0]?.job.status,
        type: 'scatter',
        large: true,
        largeThreshold: MANY_POINTS,
        symbolSize: points.length > MANY_POINTS ? 3 : 7,
        itemStyle: { color: statusColor(colors, group[0]?.job.status ?? 'Completed'), opacity: 0.7 },
        dimensions: ['x', 'objective'],
        data: coordinates(group),
      })),
  };
}

/** As one array of numbers the library takes them as they are; arrays of arrays it copies twice. */
function coordinates(points: readonly PlottedJob[]): Float64Array {
  const places = new Float64Array(2 * points.length);
  points.forEach(({ x, objective }, at) => {
    places[2 * at] = x;
    places[2 * at + 1] = objective;
  });
  return places;
}
