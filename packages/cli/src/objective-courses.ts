import type { Client } from '@fleetune/api/client';
import type { TuningJob } from '@fleetune/api/contract';
import { allSummaries } from './all-summaries.js';
import { bestSoFar } from './best-so-far.js';
import { sparkline } from './render/sparkline.js';

/** A tuning job with more training jobs than this is not read again and again for a line of little bars. */
const MOST_TRAINING_JOBS = 5_000;

/** How the best objective of tuning jobs went, read again only where there is a new result. */
export class ObjectiveCourses {
  readonly #client: Client;
  readonly #known = new Map<string, { readonly results: number; readonly drawn: string }>();

  constructor(client: Client) {
    this.#client = client;
  }

  async sparkline({ name, objective, trainingJobCounts: { completed: results } }: TuningJob): Promise<string> {
    const known = this.#known.get(name);
    if (known?.results === results) return known.drawn;
    if (results === 0 || results > MOST_TRAINING_JOBS) return '';
    const drawn = sparkline(bestSoFar(objective.type, await allSummaries(this.#client, name)));
    this.#known.set(name, { results, drawn });
    return drawn;
  }
}
