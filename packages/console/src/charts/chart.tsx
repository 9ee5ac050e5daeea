import type { EChartsCoreOption } from 'echarts/core';
import { type ReactNode, useMemo, useRef } from 'react';
import { useTheme } from '../design/theme.js';
import { type ChartColors, chartColors } from './colors.js';
import { type CsvCell, csvText } from './csv.js';
import { download } from './download.js';
import { init } from './echarts.js';
import { tooltip } from './tooltip.js';
import { type ChartListeners, useChart } from './use-chart.js';

interface ChartTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly CsvCell[])[];
}

interface ChartProps extends ChartListeners {
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
}

const EXPORT_WIDTH = 960;
const EXPORT_HEIGHT = 480;

/** A chart with its title and its exports. It draws only while it can be seen, and in its turn, so that many live charts stay cheap. */
export function Chart(props: ChartProps) {
  const { title, description, name, option, table, empty, size, minWidth, controls, note } = props;
  const { theme } = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are those of the theme.
  const colors = useMemo(() => chartColors(), [theme]);
  const isEmpty = empty !== undefined;
  const picture = useMemo(
    () => (isEmpty ? undefined : (): EChartsCoreOption => ({ ...basics(colors), ...option(colors) })),
    [colors, option, isEmpty],
  );
  const holder = useRef<HTMLDivElement>(null);
  const chart = useChart(holder, picture, props);

  function exportPng() {
    const url = chart?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: colors.surface });
    if (url !== undefined) void fetchBlob(url).then((blob) => download(`${name}.png`, blob));
  }
  function exportSvg() {
    if (picture === undefined) return;
    const drawn = init(null, null, { renderer: 'svg', ssr: true, width: EXPORT_WIDTH, height: EXPORT_HEIGHT });
    drawn.setOption({ ...picture(), backgroundColor: colors.surface });
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
