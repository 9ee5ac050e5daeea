import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { download } from '../../charts/download.js';
import { findLines, shownLine } from '../../data/log-text.js';
import { useLog } from '../../data/use-log.js';
import { Notice } from '../../design/notice.js';

const LINE_HEIGHT = 18;
const STATES = { following: 'following', complete: 'complete', broken: 'trying again' } as const;

/** The log, as it comes, however long: only the lines in view are there. */
export function TrainingLog({ name, attempt }: { readonly name: string; readonly attempt: number }) {
  const { log, state, problem } = useLog(name, attempt);
  const lines = useMemo(() => (log.unfinished === '' ? log.lines : [...log.lines, shownLine(log.unfinished)]), [log]);
  const [text, setText] = useState('');
  const [follow, setFollow] = useState(true);
  const [at, setAt] = useState(0);
  const found = useMemo(() => findLines(lines, text), [lines, text]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: 20,
  });
  useEffect(() => {
    if (follow && lines.length > 0) virtual.scrollToIndex(lines.length - 1);
  }, [follow, lines.length, virtual]);
  function go(step: number) {
    const next = (at + step + found.length) % Math.max(1, found.length);
    setAt(next);
    setFollow(false);
    virtual.scrollToIndex(found[next] ?? 0, { align: 'center' });
  }
  return (
    <section className="stack" aria-label="Log">
      <div className="row">
        <input
          className="input filter-text"
          type="search"
          aria-label="Search in the log"
          placeholder="search in the log"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(-1);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && found.length > 0) go(event.shiftKey ? -1 : 1);
          }}
        />
        <span className="quiet number" role="status">
          {text === '' ? `${lines.length} lines, ${STATES[state]}` : `${found.length} lines found`}
        </span>
        <button type="button" className="button button-small" disabled={found.length === 0} onClick={() => go(-1)}>
          Previous
        </button>
        <button type="button" className="button button-small" disabled={found.length === 0} onClick={() => go(1)}>
          Next
        </button>
        <button type="button" className="button button-small" aria-pressed={follow} onClick={() => setFollow(!follow)}>
          Follow
        </button>
        <button
          type="button"
          className="button button-small"
          onClick={() => download(`${name}.log`, new Blob([lines.join('\n')], { type: 'text/plain' }))}
        >
          Download
        </button>
      </div>
      {problem === undefined ? null : <Notice kind="warning">{problem} It is tried again.</Notice>}
      <div
        className="log"
        ref={scroller}
        role="log"
        aria-label={`Log of ${name}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        onWheel={(event) => {
          if (event.deltaY < 0) setFollow(false);
        }}
      >
        <div className="log-lines" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => (
            <div key={item.key} className="log-line" style={{ transform: `translateY(${item.start}px)` }}>
              <span className="log-number">{item.index + 1}</span>
              <Marked line={lines[item.index] ?? ''} text={text} />
            </div>
          ))}
        </div>
      </div>
      {lines.length === 0 && state !== 'broken' ? (
        <p className="quiet">{state === 'complete' ? 'It printed nothing.' : 'Nothing has been printed yet.'}</p>
      ) : null}
    </section>
  );
}

function Marked({ line, text }: { readonly line: string; readonly text: string }) {
  const place = text === '' ? -1 : line.toLowerCase().indexOf(text.toLowerCase());
  if (place < 0) return <span>{line}</span>;
  return (
    <span>
      {line.slice(0, place)}
      <mark>{line.slice(place, place + text.length)}</mark>
      {line.slice(place + text.length)}
    </span>
  );
}
