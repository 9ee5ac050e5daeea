import { useEffect, useRef, useState } from 'react';

/**
 * What a worker of one's own answers to the newest question that it has got round to: it is asked one question at a time,
 * and questions that were overtaken meanwhile are never asked.
 *
 * @param start makes the worker; always the same function.
 * @param restMs how long the worker rests after an answer.
 */
export function useWorkerAnswer<Question, Answer>(
  start: () => Worker,
  question: Question | undefined,
  restMs = 0,
): Answer | undefined {
  const ask = useRef<(question: Question) => void>(undefined);
  const [answer, setAnswer] = useState<Answer>();
  useEffect(() => {
    const worker = start();
    let busy = false;
    let next: Question | undefined;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const askNow = (asked: Question) => {
      if (busy) {
        next = asked;
        return;
      }
      busy = true;
      worker.postMessage(asked);
    };
    worker.addEventListener('message', (message: MessageEvent<Answer>) => {
      setAnswer(message.data);
      rest = setTimeout(() => {
        busy = false;
        const waiting = next;
        next = undefined;
        if (waiting !== undefined) askNow(waiting);
      }, restMs);
    });
    ask.current = askNow;
    return () => {
      clearTimeout(rest);
      worker.terminate();
      ask.current = undefined;
    };
  }, [start, restMs]);
  useEffect(() => {
    if (question !== undefined) ask.current?.(question);
  }, [question]);
  return answer;
}
