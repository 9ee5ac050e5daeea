/** The machine is about to be taken away. */
export interface SpotNotice {
  /** Whole sentence, as it goes into the training job's status. */
  readonly reason: string;
  /** Until the machine is gone, as far as that is known. */
  readonly secondsLeft: number;
}

/** Where an agent hears that its machine will be taken away. */
export interface SpotNotices {
  /**
   * Waits for the notice. Undefined when `signal` ended the wait. Never rejects: a source that does not answer is
   * asked again.
   */
  next(signal: AbortSignal): Promise<SpotNotice | undefined>;
}

/** What every source of notices is given. */
export interface NoticeSourceOptions {
  /** Of the metadata service; each source knows the address of its cloud. */
  readonly baseUrl?: string;
  /** How often a service is asked that cannot be waited on. */
  readonly pollEveryMs?: number;
  /** Milliseconds since 1970, by the wall clock: clouds name moments by it. */
  readonly nowMs?: () => number;
  /** Told once when the source stops answering, and again only after it has answered. */
  readonly onSilent?: (error: unknown) => void;
}
