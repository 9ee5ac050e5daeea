import { join } from 'node:path';
import { type AgentIdentity, attemptTag } from '../../process-tree/attempt-tag.js';
import type { SandboxedProgram } from '../../sandbox/sandbox.js';
import type { LaunchedProgram } from '../process.js';
import { WarmZygote, type WarmZygoteParts } from './warm-zygote.js';
import { UnsafeModuleError } from './zygote-errors.js';
import { type ZygoteFamily, zygoteFamily } from './zygote-family.js';
import { type ColdReason, type EndReason, increment, type ZygoteStatistics } from './zygote-statistics.js';

/** Kinds of programs that are remembered; the longest unseen is forgotten first. */
const MOST_FAMILIES = 256;
/** So many zygotes of a kind may break before no other is tried. */
const MOST_STRIKES = 3;

export interface ZygotePoolParts extends WarmZygoteParts {
  readonly agent: AgentIdentity;
  /** This agent process's own, below the state folder. */
  readonly folder: string;
  /** Whether every program waits for its zygote; else only what repeats comes from one, once it is there. */
  readonly waits: boolean;
}

/** How a program got its process. */
export type ProgramStart =
  | { readonly how: 'zygote'; readonly program: LaunchedProgram }
  | { readonly how: 'cold'; readonly reason: ColdReason };

/** Programs that can come from the same zygote. */
interface Kin {
  warm: WarmZygote | undefined;
  /** Takes over when it is ready. */
  next: WarmZygote | undefined;
  strikes: number;
  /** Modules that cannot be imported in a zygote. */
  readonly excluded: Set<string>;
}

/** The zygotes of an agent: makes them for what repeats, and ends them when they are not worth their memory. */
export class ZygotePool {
  readonly #parts: ZygotePoolParts;
  /** Oldest use first. */
  readonly #kins = new Map<string, Kin>();
  /** Those in use, with what ends them when nobody asks for them. */
  readonly #alive = new Map<WarmZygote, NodeJS.Timeout | undefined>();
  /** Those that wait for their last program as well. */
  readonly #living = new Set<WarmZygote>();
  readonly #cold: Partial<Record<ColdReason, number>> = {};
  readonly #ended: Partial<Record<EndReason, number>> = {};
  #forks = 0;
  #started = 0;
  #closed = false;

  constructor(parts: ZygotePoolParts) {
    this.#parts = parts;
  }

  statistics(): ZygoteStatistics {
    return {
      forks: this.#forks,
      cold: { ...this.#cold },
      started: this.#started,
      ended: { ...this.#ended },
      alive: this.#alive.size,
      residentBytes: this.#residentBytes,
    };
  }

  /**
   * Forks the program from a zygote where that is possible, and sees to it that there is one for the next of its kind.
   * After a `cold` nothing of the program is running and its folder is where it was.
   *
   * @param repeats whether more programs of this kind are to be expected.
   * @throws the signal's reason.
   */
  async start(
    program: SandboxedProgram,
    { tenant, repeats, signal }: { readonly tenant: string; readonly repeats: boolean; readonly signal: AbortSignal },
  ): Promise<ProgramStart> {
    const family = zygoteFamily(program, tenant);
    if (typeof family === 'string') return this.#startCold(family);
    const isNew = !this.#kins.has(family.key);
    const kin = this.#kin(family.key);
    if (kin.strikes >= MOST_STRIKES) return this.#startCold('broken');
    if (isNew && !repeats && !this.#parts.waits) return this.#startCold('first');
    this.#renew(kin, family, program);
    if (kin.warm === undefined) return this.#startCold(kin.strikes >= MOST_STRIKES ? 'broken' : 'no-room');
    if (this.#parts.waits) await this.#whenReady(kin, family, program, signal);
    // Its imports take no longer than the program's own would, and are made once for all that start meanwhile.
    else if (repeats) await this.#settled(kin.warm, signal);
    signal.throwIfAborted();
    const { warm } = kin;
    if (warm === undefined) return this.#startCold('broken');
    if (!warm.isReady) return this.#startCold('warming');
    if (warm.hiddenModule(family) !== undefined) return this.#startCold('own-module');
    return this.#fork(kin, warm, program, family);
  }

  /** Ends every zygote and what it has forked. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const warm of this.#alive.keys()) this.#drop(warm, 'closed');
    await Promise.all([...this.#living].map((warm) => warm.kill('the agent ends')));
  }

  async #fork(kin: Kin, warm: WarmZygote, program: SandboxedProgram, family: ZygoteFamily): Promise<ProgramStart> {
    this.#cancelIdle(warm);
    try {
      const launched = await warm.launch(program, family);
      this.#forks++;
      const rest = () => this.#restWhenIdle(warm);
      launched.exited.then(rest, rest);
      return { how: 'zygote', program: launched };
    } catch {
      // Whatever it was, the next zygote may do better; this one is not asked again.
      kin.strikes++;
      this.#drop(warm, 'broken');
      return this.#startCold('fallback');
    }
  }

  /** Sees to it that the kin has a zygote, of today's packages and not worn out. */
  #renew(kin: Kin, family: ZygoteFamily, program: SandboxedProgram): void {
    const reason = kin.warm?.reasonToEnd();
    if (kin.warm !== undefined && (reason === 'broken' || reason === 'changed')) {
      if (reason === 'broken') kin.strikes++;
      this.#drop(kin.warm, reason);
    } else if (kin.warm !== undefined && reason !== undefined) {
      kin.next ??= this.#warm(kin, family, program);
      if (kin.next?.isReady === true) {
        this.#drop(kin.warm, reason);
        kin.warm = kin.next;
        kin.next = undefined;
      }
    }
    kin.warm ??= this.#warm(kin, family, program);
  }

  #warm(kin: Kin, family: ZygoteFamily, program: SandboxedProgram): WarmZygote | undefined {
    if (this.#closed || !this.#makeRoom()) return undefined;
    const number = ++this.#started;
    const { agent, folder } = this.#parts;
    const tag = attemptTag(agent, { trainingJobId: 'zygote', fence: number });
    let warm: WarmZygote;
    try {
      warm = new WarmZygote(this.#parts, family, program, join(folder, String(number)), tag, [...kin.excluded]);
    } catch {
      kin.strikes++;
      return undefined;
    }
    this.#alive.set(warm, undefined);
    this.#living.add(warm);
    warm.ready.then(
      () => this.#restWhenIdle(warm),
      (error: unknown) => {
        if (error instanceof UnsafeModuleError && !kin.excluded.has(error.module)) kin.excluded.add(error.module);
        else kin.strikes++;
        this.#drop(warm, 'broken');
      },
    );
    void warm.gone.then(() => {
      this.#living.delete(warm);
      // One that nobody has ended.
      if (this.#alive.has(warm)) kin.strikes++;
      this.#drop(warm, 'broken');
    });
    return warm;
  }

  /** @returns false when the memory for zygotes is in use by others that are at work. */
  #makeRoom(): boolean {
    const { maxZygotes, maxResidentBytes } = this.#parts.limits;
    while (this.#alive.size >= maxZygotes || this.#residentBytes >= maxResidentBytes) {
      const idle = [...this.#kins.values()].map(({ warm }) => warm).find((warm) => warm?.isReady && warm.running === 0);
      if (idle === undefined) return false;
      this.#drop(idle, 'no-room');
    }
    return true;
  }

  /** Makes others, with the modules found unsafe left out, until one is ready or none can be had. */
  async #whenReady(kin: Kin, family: ZygoteFamily, program: SandboxedProgram, signal: AbortSignal): Promise<void> {
    while (kin.warm?.isReady === false && !signal.aborted) {
      await this.#settled(kin.warm, signal);
      if (kin.warm === undefined && kin.strikes < MOST_STRIKES) this.#renew(kin, family, program);
    }
  }

  /** Until it is ready or broken. */
  async #settled(warm: WarmZygote, signal: AbortSignal): Promise<void> {
    if (warm.isReady || signal.aborted) return;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([warm.ready.catch(() => undefined), aborted]);
  }

  #restWhenIdle(warm: WarmZygote): void {
    if (!this.#alive.has(warm) || warm.running > 0) return;
    this.#cancelIdle(warm);
    const timer = setTimeout(() => this.#drop(warm, 'idle'), this.#parts.limits.keepAliveMs);
    timer.unref();
    this.#alive.set(warm, timer);
  }

  #cancelIdle(warm: WarmZygote): void {
    clearTimeout(this.#alive.get(warm));
  }

  /** Uses it no more; it ends with its last program. */
  #drop(warm: WarmZygote, reason: EndReason): void {
    if (!this.#alive.has(warm)) return;
    this.#cancelIdle(warm);
    this.#alive.delete(warm);
    increment(this.#ended, reason);
    for (const kin of this.#kins.values()) {
      if (kin.warm === warm) kin.warm = undefined;
      if (kin.next === warm) kin.next = undefined;
    }
    warm.retire();
  }

  #kin(key: string): Kin {
    const kin = this.#kins.get(key) ?? { warm: undefined, next: undefined, strikes: 0, excluded: new Set<string>() };
    this.#kins.delete(key);
    this.#kins.set(key, kin);
    for (const [oldest, { warm, next }] of this.#kins) {
      if (this.#kins.size <= MOST_FAMILIES) break;
      if (warm === undefined && next === undefined) this.#kins.delete(oldest);
    }
    return kin;
  }

  #startCold(reason: ColdReason): ProgramStart {
    increment(this.#cold, reason);
    return { how: 'cold', reason };
  }

  get #residentBytes(): number {
    return [...this.#alive.keys()].reduce((sum, warm) => sum + warm.residentBytes, 0);
  }
}
