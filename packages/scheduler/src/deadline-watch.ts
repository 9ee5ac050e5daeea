import { PriorityQueue } from './placement/priority-queue.js';

/**
 * When each training job is to be looked at next, so that time passing costs what is due and not what is there. A look
 * that comes too early finds nothing due and is put off; none may come too late.
 */
export class DeadlineWatch {
  readonly #looks = new PriorityQueue<{ readonly id: string; readonly atMs: number }>();
  readonly #atMs = new Map<string, number>();

  /** Looks at the training job at `atMs`, or earlier if that was asked for before. */
  watch(trainingJobId: string, atMs: number): void {
    if (atMs >= (this.#atMs.get(trainingJobId) ?? Number.POSITIVE_INFINITY)) return;
    this.#atMs.set(trainingJobId, atMs);
    this.#looks.push(atMs, { id: trainingJobId, atMs });
  }

  forget(trainingJobId: string): void {
    this.#atMs.delete(trainingJobId);
  }

  /** Training jobs that are due; each has to be watched anew. */
  due(nowMs: number): string[] {
    const ids: string[] = [];
    for (let next = this.#looks.firstRank(); next !== undefined && next <= nowMs; next = this.#looks.firstRank()) {
      const look = this.#looks.pop();
      if (look === undefined || this.#atMs.get(look.id) !== look.atMs) continue;
      this.#atMs.delete(look.id);
      ids.push(look.id);
    }
    return ids;
  }
}
