import type { ChartColors } from '../colors.js';
import type { Slice } from './answer-landscape.js';

interface DrawApi {
  coord(point: readonly [number, number]): [number, number];
}

/** How many standard deviations the band reaches to each side. */
export const BAND_DEVIATIONS = 2;

/** A slice as a line within its band; over categories as a mark within a bar for each. */
export function sliceSeries({ points }: Slice, categorical: boolean, colors: ChartColors): Record<string, unknown>[] {
  const color = colors.categories[1];
  const ends = points.map(({ place, mean, deviation }) => ({
    place,
    low: mean - BAND_DEVIATIONS * deviation,
    high: mean + BAND_DEVIATIONS * deviation,
  }));
  const polygon = (api: DrawApi) => ({
    type: 'polygon',
    shape: {
      points: [
        ...ends.map(({ place, high }) => api.coord([place, high])),
        ...ends.toReversed().map(({ place, low }) => api.coord([place, low])),
      ],
    },
    style: { fill: color, opacity: 0.16 },
  });
  const bar = (at: number, api: DrawApi) => {
    const end = ends[at];
    if (end === undefined) return undefined;
    const [x, low] = api.coord([end.place, end.low]);
    const [, high] = api.coord([end.place, end.high]);
    return {
      type: 'rect',
      shape: { x: x - 9, y: high, width: 18, height: low - high },
      style: { fill: color, opacity: 0.16 },
    };
  };
  return [
    {
      ...{ id: 'model-band', type: 'custom', silent: true, clip: true, z: 1 },
      // The axis is made for what was measured and expected, not for how unsure that is.
      ...{ dimensions: ['place', 'mean'], encode: { x: 'place', y: 'mean' } },
      renderItem: ({ dataIndex }: { dataIndex: number }, api: DrawApi) =>
        categorical ? bar(dataIndex, api) : dataIndex === 0 ? polygon(api) : undefined,
      data: Float64Array.from(points.flatMap(({ place, mean }) => [place, mean])),
    },
    {
      ...{ id: 'model', type: categorical ? 'scatter' : 'line', silent: true, z: 2 },
      ...(categorical ? { symbol: 'rect', symbolSize: [22, 3] } : { symbol: 'none' }),
      itemStyle: { color },
      lineStyle: { color, width: 1.8 },
      data: points.map(({ place, mean }) => [place, mean]),
    },
  ];
}
