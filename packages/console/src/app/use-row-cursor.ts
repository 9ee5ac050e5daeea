import { useState } from 'react';
import { useShortcuts } from './use-shortcuts.js';

interface RowCursor {
  /** Place of the row under the cursor; -1 before the first key. */
  readonly at: number;
  readonly put: (place: number) => void;
}

/** A cursor that `j` and `k` move over rows, for `Enter` and `x` to act on. */
export function useRowCursor(
  count: number,
  actions: { readonly open: (place: number) => void; readonly choose?: (place: number) => void },
): RowCursor {
  const [place, setPlace] = useState(-1);
  const at = Math.min(place, count - 1);
  const act = (action: ((place: number) => void) | undefined) => () => {
    if (at >= 0) action?.(at);
  };
  useShortcuts({
    j: () => setPlace(Math.min(count - 1, at + 1)),
    k: () => setPlace(Math.max(0, at - 1)),
    x: act(actions.choose),
    ...(at >= 0 ? { Enter: act(actions.open) } : {}),
  });
  return { at, put: setPlace };
}
