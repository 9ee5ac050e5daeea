import type { Client } from '@fleetune/api/client';
import type { TuningJob } from '@fleetune/api/contract';
import { createLogUpdate } from 'log-update';
import type { CommandContext } from './command-context.js';
import { progressLine, renderProgress, type TuningProgress } from './render/tuning-progress.js';
import type { Terminal } from './terminal.js';
import { watchTuningJob } from './watch-tuning-job.js';

/** Whether the tuning job ended, or the person at the keyboard left it running. */
export interface Ending {
  readonly kind: 'ended' | 'detached';
  readonly job: TuningJob;
}

/** Shows a tuning job until it has ended; Ctrl-C asks whether to stop it or to leave it. */
export async function followTuningJob(client: Client, name: string, context: CommandContext): Promise<Ending> {
  const { terminal } = context;
  const display = terminal.live ? liveDisplay(terminal) : plainDisplay(context);
  let job = await client.tuningJob(name);
  for (;;) {
    const interrupted = new AbortController();
    const listen = terminal.onInterrupt(() => interrupted.abort());
    try {
      const options = { signal: interrupted.signal, runningShown: terminal.live ? 8 : 0 };
      let running: TuningProgress['running'] = [];
      for await (const sighting of watchTuningJob(client, name, options)) {
        if (sighting.kind === 'seen') ({ job, running } = sighting);
        const elapsedSeconds = ((job.endTimeMs ?? Date.now()) - job.creationTimeMs) / 1000;
        const trouble = sighting.kind === 'unreachable' ? { trouble: sighting.message } : {};
        display.show({ job, running, elapsedSeconds, ...trouble });
      }
    } finally {
      display.end();
      listen();
    }
    if (!interrupted.signal.aborted) return { kind: 'ended', job };
    if (!(await wantsStop(name, job, context))) return { kind: 'detached', job };
    job = await client.stopTuningJob(name);
    context.note('Stopping; what the running training jobs have saved is kept.');
  }
}

async function wantsStop(name: string, job: TuningJob, { terminal, note }: CommandContext): Promise<boolean> {
  const stopping = job.status === 'Stopping';
  note(`${name} ${stopping ? 'is still stopping' : 'goes on'} without this window.`);
  const answer = stopping ? '' : await terminal.ask('Stop it as well? [y/N] ');
  if (/^y(es)?$/i.test(answer.trim())) return true;
  note(`Watch it: fleetune show ${name}    Stop it: fleetune stop ${name}`);
  return false;
}

interface Display {
  show(progress: TuningProgress): void;
  end(): void;
}

function liveDisplay(terminal: Terminal): Display {
  const draw = createLogUpdate(terminal.err as NodeJS.WriteStream, { showCursor: true });
  return {
    show: (progress) => draw(renderProgress(progress, terminal)),
    end() {
      draw.done();
      terminal.err.write('\n');
    },
  };
}

/** A line whenever something changed that the line shows, but not for the passing of time. */
function plainDisplay({ note }: CommandContext): Display {
  let shown = '';
  return {
    show(progress) {
      const line = progressLine(progress);
      const state = `${progressLine({ ...progress, elapsedSeconds: 0 })}${progress.trouble ?? ''}`;
      if (state !== shown) note(progress.trouble ?? line);
      shown = state;
    },
    end: () => undefined,
  };
}
