import type { ECharts, EChartsCoreOption } from 'echarts/core';
import { type RefObject, useEffect, useState } from 'react';
import { drawNever, drawSoon } from './draw-queue.js';
import { init } from './echarts.js';

export interface ChartListeners {
  /** The data item that was clicked, by its series and place. */
  readonly onPick?: (seriesId: string, place: number) => void;
  /** Listeners for the library's own events; must be memoised. */
  readonly events?: Readonly<Record<string, (params: unknown) => void>>;
}

/** Keeps a drawn chart in the holder while it is in view, at the holder's size. Undefined until it has been in view. */
export function useChart(
  holder: RefObject<HTMLDivElement | null>,
  picture: (() => EChartsCoreOption) | undefined,
  { onPick, events }: ChartListeners,
): ECharts | undefined {
  const [chart, setChart] = useState<ECharts>();
  const [visible, setVisible] = useState(false);
  const drawable = picture !== undefined;

  useEffect(() => {
    const element = holder.current;
    if (element === null || !drawable) return;
    let made: ECharts | undefined;
    const seen = new IntersectionObserver(
      (entries) => {
        const inView = entries.some((entry) => entry.isIntersecting);
        if (inView && made === undefined) {
          made = init(element);
          setChart(made);
        }
        setVisible(inView);
      },
      { rootMargin: '200px' },
    );
    seen.observe(element);
    const sized = new ResizeObserver(() => made?.resize());
    sized.observe(element);
    return () => {
      seen.disconnect();
      sized.disconnect();
      made?.dispose();
      setChart(undefined);
    };
  }, [holder, drawable]);

  useEffect(() => {
    if (!visible || chart === undefined || picture === undefined) return;
    drawSoon(chart, () => chart.setOption(picture(), { replaceMerge: ['series'] }));
    return () => drawNever(chart);
  }, [chart, picture, visible]);

  useEffect(() => {
    if (chart === undefined) return;
    const pick = (params: unknown) => {
      const { seriesId, dataIndex } = params as { seriesId?: string; dataIndex?: number };
      if (seriesId !== undefined && dataIndex !== undefined) onPick?.(seriesId, dataIndex);
    };
    const all = { ...events, click: pick };
    for (const [event, listener] of Object.entries(all)) chart.on(event, listener);
    return () => {
      if (chart.isDisposed()) return;
      for (const [event, listener] of Object.entries(all)) chart.off(event, listener);
    };
  }, [chart, onPick, events]);

  return chart;
}
