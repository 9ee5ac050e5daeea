import type { AttemptOutcome, AttemptPhase, FinalMetric, MetricPoint, StopReason } from '@fleetune/domain';
import { hash } from './chance.js';
import type { PlannedTrainings } from './plan.js';

export interface ProgramPlan {
  readonly trainings: PlannedTrainings;
  /** Names the training job whatever its id is: the same program does the same in every run. */
  readonly name: string;
  readonly attempt: number;
  readonly maxRuntimeMs: number;
}

export interface ProgramParts {
  readonly plan: ProgramPlan;
  /** Calls off by its result. */
  readonly after: (delayMs: number, act: () => void) => () => void;
  readonly nowMs: () => number;
  readonly onPhase: (phase: AttemptPhase) => void;
  readonly onMetrics: (points: readonly MetricPoint[]) => void;
  readonly onEnd: (end: ProgramEnd) => void;
}

export interface ProgramEnd {
  readonly outcome: AttemptOutcome;
  readonly finalMetrics: readonly FinalMetric[];
  readonly trainingStartMs?: number;
  readonly trainingEndMs?: number;
}

const DOWNLOAD_MS = 200;
/** SageMaker's time between SIGTERM and SIGKILL. */
const STOP_MS = 120_000;

/** What a training program does: phases, an objective per epoch, an end of its own or one it is told to make. */
export class VirtualProgram {
  alive = true;
  readonly #parts: ProgramParts;
  readonly #luck: (what: string) => number;
  #callOff: () => void = () => {};
  #epoch = 0;
  #trainingStartMs: number | undefined;
  #stopping = false;
  #last: FinalMetric | undefined;

  constructor(parts: ProgramParts) {
    this.#parts = parts;
    this.#luck = (what) => hash(`${parts.plan.name} ${what}`) / 2 ** 32;
    parts.onPhase('Starting');
    this.#then(20, () => {
      parts.onPhase('Downloading');
      this.#then(DOWNLOAD_MS, () => this.#train());
    });
  }

  stop(reason: StopReason): void {
    if (!this.alive || this.#stopping) return;
    this.#stopping = true;
    const { trainings } = this.#parts.plan;
    const savingMs = this.#luck('stubborn') < trainings.stubborn ? STOP_MS : 1_000 * this.#luck('saving');
    this.#then(savingMs, () => this.#end({ kind: 'Stopped', stopReason: reason }));
  }

  /** Nothing is heard of it any more. */
  kill(): void {
    this.alive = false;
    this.#callOff();
  }

  /** The agent cannot run it. */
  breakDown(reason: string): void {
    this.#then(50, () => this.#end({ kind: 'InternalError', reason }));
  }

  #train(): void {
    const { plan, nowMs, onPhase } = this.#parts;
    this.#trainingStartMs = nowMs();
    onPhase('Training');
    const { shortestMs, longestMs, epochs } = plan.trainings;
    const lengthMs = shortestMs + (longestMs - shortestMs) * this.#luck('length');
    this.#trainEpoch(lengthMs / (epochs + 1), lengthMs);
  }

  #trainEpoch(epochMs: number, leftMs: number): void {
    const { plan, nowMs } = this.#parts;
    const leftOfLimitMs = plan.maxRuntimeMs - (nowMs() - (this.#trainingStartMs ?? nowMs()));
    if (leftOfLimitMs <= Math.min(epochMs, leftMs)) {
      return this.#then(Math.max(0, leftOfLimitMs), () => this.stop('MaxRuntimeExceeded'));
    }
    if (this.#epoch >= plan.trainings.epochs) return this.#then(Math.min(epochMs, leftMs), () => this.#upload());
    this.#then(epochMs, () => {
      this.#report(this.#luck(`epoch ${this.#epoch}`));
      this.#trainEpoch(epochMs, leftMs - epochMs);
    });
  }

  #report(value: number): void {
    const { nowMs, onMetrics } = this.#parts;
    this.#last = { name: 'score', value, timestampMs: nowMs() };
    onMetrics([{ name: 'score', value, step: this.#epoch, timestampMs: nowMs() }]);
    this.#epoch += 1;
  }

  #upload(): void {
    const { plan, onPhase } = this.#parts;
    const { failing, withoutObjective, flaky } = plan.trainings;
    if (this.#luck(`attempt ${plan.attempt}`) < flaky) {
      return this.#end({ kind: 'InternalError', reason: 'The model could not be uploaded.' });
    }
    if (this.#luck('failing') < failing) {
      return this.#end({ kind: 'AlgorithmError', reason: 'the program failed', exitCode: 1 });
    }
    if (this.#luck('objective') < withoutObjective) this.#last = undefined;
    else this.#report(this.#luck('end'));
    onPhase('Uploading');
    this.#then(30, () => this.#end({ kind: 'Succeeded' }));
  }

  #end(outcome: AttemptOutcome): void {
    const trainingStartMs = this.#trainingStartMs;
    const trainingEndMs = trainingStartMs === undefined ? undefined : this.#parts.nowMs();
    this.alive = false;
    const finalMetrics = this.#last === undefined ? [] : [this.#last];
    this.#parts.onEnd({ outcome, finalMetrics, trainingStartMs, trainingEndMs });
  }

  #then(delayMs: number, act: () => void): void {
    this.#callOff();
    this.#callOff = this.#parts.after(delayMs, () => {
      if (this.alive) act();
    });
  }
}
