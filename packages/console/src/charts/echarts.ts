import { BarChart, CustomChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import {
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';

use([
  ...[BarChart, CustomChart, LineChart, ParallelChart, ScatterChart],
  ...[DataZoomComponent, GridComponent, LegendComponent, MarkLineComponent, ParallelComponent],
  ...[TooltipComponent, VisualMapComponent, CanvasRenderer, SVGRenderer],
]);

/** The library with the parts that the console's charts are made of, and no others. */
export { init };
