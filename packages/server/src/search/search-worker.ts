import { parentPort } from 'node:worker_threads';
import { createStrategy, type Strategy } from '@fleetune/search';
import { askStrategy } from './search-session.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

/** Runs heavy strategies away from the server's event loop. One thread serves all open searches, in order. */
const strategies = new Map<number, Strategy>();
/** Why a session cannot answer: told at its next ask. */
const broken = new Map<number, string>();

parentPort?.on('message', (message: ToWorker) => {
  try {
    handle(message);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (message.kind === 'ask') reply({ kind: 'failed', request: message.request, message: text });
    else broken.set(message.session, text);
  }
});

function handle(message: ToWorker): void {
  switch (message.kind) {
    case 'open': {
      const strategy = createStrategy(message.problem);
      strategy.restore(message.records);
      strategies.set(message.session, strategy);
      return;
    }
    case 'tell':
      strategies.get(message.session)?.tell(message.index, message.outcome);
      return;
    case 'ask': {
      const strategy = strategies.get(message.session);
      const fault = broken.get(message.session);
      if (strategy === undefined || fault !== undefined) throw new Error(fault ?? 'The search is not open.');
      reply({ kind: 'asked', request: message.request, asked: askStrategy(strategy, message.count) });
      return;
    }
    case 'close':
      strategies.delete(message.session);
      broken.delete(message.session);
  }
}

function reply(message: FromWorker): void {
  parentPort?.postMessage(message);
}
