import type { TrainingJobSummary, TuningJob } from '@fleetune/api/contract';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import { addresses } from '../../app/addresses.js';
import { useRowCursor } from '../../app/use-row-cursor.js';
import { csvText } from '../../charts/csv.js';
import { download } from '../../charts/download.js';
import { formatDuration, formatNumber } from '../../design/format.js';
import { StatusBadge } from '../../design/status-badge.js';
import { cell, sortTrainingJobs, type TableColumn, type TableOrder } from './sort-training-jobs.js';

interface TrainingJobTableProps {
  readonly job: TuningJob;
  readonly trainingJobs: readonly TrainingJobSummary[];
  /** Names that a brush selected; undefined for all. */
  readonly selected: ReadonlySet<string> | undefined;
  readonly onOpen: (name: string) => void;
}

interface Column {
  readonly column: TableColumn;
  readonly title: string;
  /** At least; what is left over is shared out. */
  readonly minWidth: number;
  readonly right?: boolean;
}

const MAX_HEIGHT = 560;
const ROW_HEIGHT = 34;
const HEAD_HEIGHT = 36;
const CHOICE_WIDTH = 36;
/** As in the style sheet. */
const ROW_PADDING = 8;
const STATUSES = ['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped'] as const;
const MAX_COMPARED = 20;

/** Training jobs, thousands of them: only the rows in view are there. */
export function TrainingJobTable({ job, trainingJobs, selected, onOpen }: TrainingJobTableProps) {
  const [order, setOrder] = useState<TableOrder>({
    ...{ column: 'objective', descending: job.objective.type === 'Maximize' },
  });
  const [text, setText] = useState('');
  const [status, setStatus] = useState<TrainingJobSummary['status']>();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const columns = useMemo(() => tableColumns(job), [job]);
  const rows = useMemo(
    () => sortTrainingJobs(trainingJobs, { text, status, selected }, order),
    [trainingJobs, text, status, selected, order],
  );
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    scrollMargin: HEAD_HEIGHT,
  });
  const toggle = (name: string) => setChosen(toggled(chosen, name));
  const cursor = useRowCursor(rows.length, {
    open: (place) => onOpen(rows[place]?.name ?? ''),
    choose: (place) => toggle(rows[place]?.name ?? ''),
  });
  useEffect(() => {
    if (cursor.at >= 0) virtual.scrollToIndex(cursor.at);
  }, [cursor.at, virtual]);
  const template = {
    gridTemplateColumns: `${CHOICE_WIDTH}px ${columns.map(({ minWidth }) => `minmax(${minWidth}px, ${minWidth}fr)`).join(' ')}`,
  };
  const minWidth = columns.reduce((sum, column) => sum + column.minWidth, CHOICE_WIDTH + 2 * ROW_PADDING);
  const sortBy = (column: TableColumn) =>
    setOrder({ column, descending: order.column === column ? !order.descending : false });
  function exportCsv() {
    const header = columns.map(({ title }) => title);
    const lines = rows.map((row) => columns.map(({ column }) => cell(row, column)));
    download(`${job.name}.csv`, new Blob([csvText(header, lines)], { type: 'text/csv' }));
  }
  return (
    <section className="stack" aria-label="Training jobs">
      <div className="page-head">
        <h2>
          Training jobs{' '}
          <span className="quiet number">
            {rows.length === trainingJobs.length ? rows.length : `${rows.length} of ${trainingJobs.length}`}
          </span>
        </h2>
        <div className="page-actions">
          <input
            className="input filter-text"
            type="search"
            aria-label="Find by name or failure reason"
            placeholder="name or failure reason"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <select
            className="input filter-status"
            aria-label="Filter training jobs by status"
            value={status ?? ''}
            onChange={(event) => setStatus(STATUSES.find((one) => one === event.target.value))}
          >
            <option value="">every status</option>
            {STATUSES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
          <button type="button" className="button" onClick={exportCsv}>
            CSV
          </button>
          {chosen.size < 2 ? (
            <button type="button" className="button" disabled>
              Choose two to compare
            </button>
          ) : (
            <Link className="button button-primary" href={addresses.compare([...chosen])}>
              Compare {chosen.size}
            </Link>
          )}
        </div>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a table element cannot leave rows out. */}
      <div
        className="grid"
        ref={scroller}
        role="table"
        aria-label="Training jobs"
        aria-rowcount={rows.length + 1}
        style={{ height: Math.min(MAX_HEIGHT, HEAD_HEIGHT + ROW_HEIGHT * (rows.length + 1)) }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
      >
        {/* biome-ignore lint/a11y/useSemanticElements: part of the table above. */}
        <div className="grid-inner" role="rowgroup" style={{ height: virtual.getTotalSize() + HEAD_HEIGHT, minWidth }}>
          {/* biome-ignore lint/a11y/useSemanticElements: part of the table above. */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: a header row is not for focus. */}
          <div className="grid-head" role="row" aria-rowindex={1} style={template}>
            {/* biome-ignore lint/a11y/useSemanticElements: part of the table above. */}
            {/* biome-ignore lint/a11y/useFocusableInteractive: a header cell is not for focus. */}
            <span role="columnheader">
              <span className="hidden-text">Compare</span>
            </span>
            {columns.map(({ column, title, right }) => (
              // biome-ignore lint/a11y/useSemanticElements: part of the table above.
              // biome-ignore lint/a11y/useFocusableInteractive: the button inside is.
              <span
                key={column}
                role="columnheader"
                className={right ? 'right' : ''}
                aria-sort={order.column !== column ? 'none' : order.descending ? 'descending' : 'ascending'}
              >
                <button type="button" className="sort-button" title={title} onClick={() => sortBy(column)}>
                  {title} {order.column !== column ? '' : order.descending ? '↓' : '↑'}
                </button>
              </span>
            ))}
          </div>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row === undefined ? null : (
              // biome-ignore lint/a11y/useSemanticElements: part of the table above.
              // biome-ignore lint/a11y/useFocusableInteractive: the cursor is moved by keys for the whole table.
              <div
                key={row.name}
                className="grid-row"
                role="row"
                aria-rowindex={item.index + 2}
                data-cursor={item.index === cursor.at}
                style={{ ...template, transform: `translateY(${item.start}px)` }}
              >
                <Row
                  row={row}
                  columns={columns}
                  chosen={chosen.has(row.name)}
                  choosable={chosen.has(row.name) || chosen.size < MAX_COMPARED}
                  onToggle={toggle}
                />
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}

interface RowProps {
  readonly row: TrainingJobSummary;
  readonly columns: readonly Column[];
  readonly chosen: boolean;
  readonly choosable: boolean;
  readonly onToggle: (name: string) => void;
}

function Row({ row, columns, chosen, choosable, onToggle }: RowProps) {
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: part of the table above. */}
      <span role="cell">
        <input
          type="checkbox"
          aria-label={`Compare ${row.name}`}
          checked={chosen}
          disabled={!choosable}
          onChange={() => onToggle(row.name)}
        />
      </span>
      {columns.map(({ column, right }) => (
        // biome-ignore lint/a11y/useSemanticElements: part of the table above.
        <span key={column} role="cell" className={right ? 'right number' : ''}>
          {shownCell(row, column)}
        </span>
      ))}
    </>
  );
}

function shownCell(row: TrainingJobSummary, column: TableColumn) {
  switch (column) {
    case 'name':
      return <Link href={addresses.trainingJob(row.name)}>{row.name}</Link>;
    case 'status':
      return (
        <span title={row.failureReason}>
          <StatusBadge status={row.status} note={row.status === 'InProgress' ? row.secondaryStatus : undefined} />
        </span>
      );
    case 'seconds':
      return formatDuration(cell(row, 'seconds') as number | undefined);
    case 'instance':
      return row.instanceType ?? '–';
    default:
      return formatNumber(cell(row, column));
  }
}

function tableColumns(job: TuningJob): Column[] {
  const ranges = job.definitions[0]?.ranges ?? [];
  return [
    { column: 'number', title: '#', minWidth: 64, right: true },
    { column: 'name', title: 'Name', minWidth: 230 },
    { column: 'status', title: 'Status', minWidth: 175 },
    { column: 'objective', title: job.objective.metric, minWidth: 120, right: true },
    ...ranges.map(({ name }): Column => ({ column: `hp:${name}`, title: name, minWidth: 104, right: true })),
    { column: 'seconds', title: 'Trained', minWidth: 104, right: true },
    { column: 'instance', title: 'Instance', minWidth: 120 },
  ];
}

function toggled(chosen: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(name) && next.size < MAX_COMPARED) next.add(name);
  return next;
}
