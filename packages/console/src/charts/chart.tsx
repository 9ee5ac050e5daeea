import type { ECharts, EChartsCoreOption } from 'echarts/core';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useTheme } from '../design/theme.js';
import { type ChartColors, chartColors } from './colors.js';
import { type CsvCell, csvText } from './csv.js';
import { download } from './download.js';
import { init } from './echarts.js';
import { tooltip } from './tooltip.js';

interface ChartTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly CsvCell[])[];
}

interface ChartProps {
  readonly title: string;
  /** One sentence for those who cannot see the picture; the numbers are in the CSV. */
  readonly description: string;
  /** File name of exports, without its ending. */
  readonly name: string;
  /** Must be memoised by the caller: a new function means another picture. */
  readonly option: (colors: ChartColors) => EChartsCoreOption;
  readonly table: () => ChartTable;
  /** Says why there is nothing to draw. */
  readonly empty?: string | undefined;
  readonly size?: 'small' | 'tall' | undefined;
  /** Pixels; where there is less room the picture scrolls. */
  readonly minWidth?: number;
  readonly controls?: ReactNode;
  readonly note?: ReactNode;
  /** The data item that was clicked, by its series and place. */
  readonly onPick?: (seriesId: string, place: number) => void;
  /** Listeners for the library's own events; must be memoised. */
  readonly events?: Readonly<Record<string, (params: unknown) => void>>;
}

const EXPORT_WIDTH = 960;
const EXPORT_HEIGHT = 480;

/** A chart with its title and its exports. It draws only while it can be seen, so that many live charts stay cheap. */
export function Chart(props: ChartProps) {
  const { title, description, name, option, table, empty, size, minWidth, controls, note } = props;
  const { theme } = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are those of the theme.
  const colors = useMemo(() => chartColors(), [theme]);
  const picture = useMemo(
    () => (empty === undefined ? { ...basics(colors), ...option(colors) } : undefined),
    [colors, option, empty],
  );
  const holder = useRef<HTMLDivElement>(null);
  const chart = useChart(holder, picture, props);

  function exportPng() {
    const url = chart.current?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: colors.surface });
    if (url !== undefined) void fetchBlob(url).then((blob) => download(`${name}.png`, blob));
  }
  function exportSvg() {
    if (picture === undefined) return;
    const drawn = init(null, null, { renderer: 'svg', ssr: true, width: EXPORT_WIDTH, height: EXPORT_HEIGHT });
    drawn.setOption({ ...picture, backgroundColor: colors.surface });
    download(`${name}.svg`, new Blob([drawn.renderToSVGString()], { type: 'image/svg+xml' }));
    drawn.dispose();
  }
  function exportCsv() {
    const { header, rows } = table();
    download(`${name}.csv`, new Blob([csvText(header, rows)], { type: 'text/csv' }));
  }

  return (
    <figure className="card chart-card">
      <figcaption className="chart-head">
        <h3 title={title}>{title}</h3>
        {controls}
        <span className="chart-tools">
          {empty === undefined ? (
            <>
              <ExportButton format="PNG" title={title} onClick={exportPng} />
              <ExportButton format="SVG" title={title} onClick={exportSvg} />
            </>
          ) : null}
          <ExportButton format="CSV" title={title} onClick={exportCsv} />
        </span>
      </figcaption>
      {empty === undefined ? (
        <div className="chart-scroll" tabIndex={minWidth === undefined ? undefined : 0}>
          <div
            ref={holder}
            className={`chart-canvas ${size === undefined ? '' : `chart-canvas-${size}`}`}
            style={{ minWidth }}
            role="img"
            aria-label={`${title}. ${description}`}
          />
        </div>
      ) : (
        <p className="chart-empty">{empty}</p>
      )}
      {note === undefined ? null : <p className="quiet">{note}</p>}
    </figure>
  );
}

function ExportButton({ format, title, onClick }: { format: string; title: string; onClick: () => void }) {
  return (
    <button type="button" className="button button-small" aria-label={`${format} of ${title}`} onClick={onClick}>
      {format}
    </button>
  );
}

/** Keeps a drawn chart in the holder while it is in view, at the holder's size. */
function useChart(
  holder: React.RefObject<HTMLDivElement | null>,
  picture: EChartsCoreOption | undefined,
  { onPick, events }: Pick<ChartProps, 'onPick' | 'events'>,
) {
  const chart = useRef<ECharts>(undefined);
  const [visible, setVisible] = useState(false);
  const drawable = picture !== undefined;

  useEffect(() => {
    const element = holder.current;
    if (element === null || !drawable) return;
    const seen = new IntersectionObserver((entries) => setVisible(entries.some((entry) => entry.isIntersecting)), {
      rootMargin: '200px',
    });
    seen.observe(element);
    const sized = new ResizeObserver(() => chart.current?.resize());
    sized.observe(element);
    return () => {
      seen.disconnect();
      sized.disconnect();
      chart.current?.dispose();
      chart.current = undefined;
    };
  }, [holder, drawable]);

  useEffect(() => {
    if (!visible || picture === undefined || holder.current === null) return;
    chart.current ??= init(holder.current);
    chart.current.setOption(picture, { replaceMerge: ['series'] });
  }, [holder, picture, visible]);

  useEffect(() => {
    const drawn = chart.current;
    if (!visible || drawn === undefined) return;
    const pick = (params: unknown) => {
      const { seriesId, dataIndex } = params as { seriesId?: string; dataIndex?: number };
      if (seriesId !== undefined && dataIndex !== undefined) onPick?.(seriesId, dataIndex);
    };
    const all = { ...events, click: pick };
    for (const [event, listener] of Object.entries(all)) drawn.on(event, listener);
    return () => {
      for (const [event, listener] of Object.entries(all)) drawn.off(event, listener);
    };
  }, [visible, onPick, events]);

  return chart;
}

async function fetchBlob(dataUrl: string): Promise<Blob> {
  const bytes = Uint8Array.from(atob(dataUrl.split(',')[1] ?? ''), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: 'image/png' });
}

function basics(colors: ChartColors): EChartsCoreOption {
  return {
    animation: false,
    color: [...colors.categories],
    textStyle: { color: colors.text, fontFamily: 'system-ui, sans-serif' },
    grid: { left: 12, right: 20, top: 16, bottom: 12, containLabel: true },
    // Texts are drawn, not written as HTML: the page lets no inline style in.
    tooltip: tooltip(colors),
  };
}
