import * as echarts from 'echarts';
import type { Axis, Chart } from './chart.js';

const WIDTH = 900;
const HEIGHT = 520;

/** Draws a chart as an SVG document. */
export function svgChart(chart: Chart): string {
  const canvas = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    canvas.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      title: { text: chart.title, left: 'center', textStyle: { fontSize: 16 } },
      legend: chart.series.length > 1 ? { top: 34 } : { show: false },
      grid: { left: 80, right: 30, top: 76, bottom: 60 },
      xAxis: { ...axis(chart.x), nameLocation: 'middle', nameGap: 34 },
      yAxis: { ...axis(chart.y), nameLocation: 'middle', nameGap: 56, scale: true },
      series: chart.series.map(({ name, kind, points }) => ({
        name,
        type: kind === 'line' ? ('line' as const) : ('scatter' as const),
        symbolSize: kind === 'line' ? 0 : 7,
        data: points.map((point) => [...point]),
      })),
    });
    return canvas.renderToSVGString();
  } finally {
    canvas.dispose();
  }
}

function axis({ label, scale, categories }: Axis) {
  if (categories !== undefined) return { type: 'category' as const, name: label, data: [...categories] };
  return { type: scale === 'logarithmic' ? ('log' as const) : ('value' as const), name: label, scale: true };
}
