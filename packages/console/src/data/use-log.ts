import { useEffect, useState } from 'react';
import { useApi } from './api.js';
import { appendLog, EMPTY_LOG, type LogText } from './log-text.js';

export interface FollowedLog {
  readonly log: LogText;
  readonly state: 'following' | 'complete' | 'broken';
  /** Why it is broken; it is tried again by itself. */
  readonly problem?: string;
}

const MAX_PIECE_BYTES = 2 ** 20;
const WAIT_SECONDS = 20;
const TRY_AGAIN_MS = 2_000;

/** The log of a training job from its beginning, and what comes as it comes. */
export function useLog(trainingJobName: string, attempt: number): FollowedLog {
  const api = useApi();
  const [followed, setFollowed] = useState<FollowedLog>({ log: EMPTY_LOG, state: 'following' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt has another log.
  useEffect(() => {
    const controller = new AbortController();
    setFollowed({ log: EMPTY_LOG, state: 'following' });
    void (async () => {
      let log = EMPTY_LOG;
      const decoder = new TextDecoder();
      while (!controller.signal.aborted) {
        try {
          const range = { offset: log.nextOffset, maxBytes: MAX_PIECE_BYTES, waitSeconds: WAIT_SECONDS };
          const piece = await api.trainingJobLog(trainingJobName, range, controller.signal);
          log = appendLog(log, piece, decoder);
          setFollowed({ log, state: piece.complete ? 'complete' : 'following' });
          if (piece.complete) return;
        } catch (error) {
          if (controller.signal.aborted) return;
          const problem = error instanceof Error ? error.message : String(error);
          setFollowed({ log, state: 'broken', problem });
          await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
        }
      }
    })();
    return () => controller.abort();
  }, [api, trainingJobName, attempt]);
  return followed;
}
