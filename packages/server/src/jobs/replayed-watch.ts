import type { TuningJobSpec } from '@fleetune/domain';
import { type TrainingWatch, trainingWatch } from '@fleetune/scheduler';
import { type Database, listObjectivePoints } from '@fleetune/store';

/** The watch over a tuning job's training jobs, having heard all that was reported before this server started. */
export async function replayedWatch(
  database: Database,
  tuningJobId: string,
  spec: TuningJobSpec,
): Promise<TrainingWatch | undefined> {
  const watch = trainingWatch(spec);
  if (watch === undefined) return undefined;
  const metricNames = spec.definitions.map((definition) => definition.objective.metricName);
  const ended = new Map<string, number>();
  for (const point of await listObjectivePoints(database, tuningJobId, metricNames)) {
    const index = point.tuning_index ?? 0;
    if (point.name !== metricNames[point.definition ?? 0]) continue;
    watch.reported({ id: point.id, index }, [{ step: point.step, value: Number(point.value) }]);
    if (point.ended_at !== null) ended.set(point.id, index);
  }
  for (const [id, index] of ended) watch.ended({ id, index });
  return watch;
}
