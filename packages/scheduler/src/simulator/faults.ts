/** What goes wrong, from when, and for how long. Times count from the start of the run. */
export type Fault = { readonly atMs: number; readonly forMs: number } & (
  | { readonly kind: 'agent killed'; readonly agent: string }
  /** SIGSTOP, then SIGCONT: its programs run on, its timers do not. */
  | { readonly kind: 'agent frozen'; readonly agent: string }
  | { readonly kind: 'agent drained'; readonly agent: string }
  /** Every attempt it takes fails before its program starts. */
  | { readonly kind: 'agent broken'; readonly agent: string }
  /** Four of five agents of a class are gone within 5 s. */
  | { readonly kind: 'class lost'; readonly instanceClass: string }
  | { readonly kind: 'stream cut'; readonly agent: string }
  | { readonly kind: 'partition'; readonly agent: string; readonly direction: 'up' | 'down' | 'both' }
  | { readonly kind: 'messages delayed'; readonly agent: string; readonly byMs: number }
  | { readonly kind: 'messages lost'; readonly agent: string; readonly share: number }
  | { readonly kind: 'messages doubled'; readonly agent: string; readonly share: number }
  | { readonly kind: 'queue wiped' }
  | { readonly kind: 'queue loses'; readonly share: number }
  | { readonly kind: 'queue doubles'; readonly share: number }
  | { readonly kind: 'queue reorders' }
  | { readonly kind: 'queue hangs' }
  | { readonly kind: 'commits slow'; readonly byMs: number }
  | { readonly kind: 'commits fail'; readonly share: number }
  /** The transaction is durable, and nobody hears of it. */
  | { readonly kind: 'commits unanswered'; readonly share: number }
  | { readonly kind: 'ownership lost' }
  | { readonly kind: 'server killed' }
  | { readonly kind: 'search fails'; readonly share: number }
  | { readonly kind: 'search slow'; readonly byMs: number }
  /** What users ask for reaches the store, and not the scheduler. */
  | { readonly kind: 'requests unheard' }
  | { readonly kind: 'user stops job'; readonly job: number }
  | { readonly kind: 'user stops some training job' }
  /** UpdateTrainingJob of some job whose slot waits; 0 gives it back. */
  | { readonly kind: 'user changes a warm pool'; readonly toSeconds: number }
);

/** The faults that last, asked for by what they disturb. */
export class ActiveFaults {
  readonly #active = new Set<Fault>();

  begin(fault: Fault): void {
    this.#active.add(fault);
  }

  end(fault: Fault): void {
    this.#active.delete(fault);
  }

  /** The faults of one kind that are going on. */
  of<K extends Fault['kind']>(kind: K): readonly Extract<Fault, { kind: K }>[] {
    return [...this.#active].filter((fault): fault is Extract<Fault, { kind: K }> => fault.kind === kind);
  }

  /** Of an agent. */
  ofAgent<K extends 'partition' | 'messages delayed' | 'messages lost' | 'messages doubled' | 'agent broken'>(
    kind: K,
    agent: string,
  ): readonly Extract<Fault, { kind: K }>[] {
    return this.of(kind).filter((fault) => 'agent' in fault && fault.agent === agent);
  }
}
