-- A finished tuning job `large`, with rows as the scheduler would leave them. :like is the name of one with its ranges,
-- :count how many training jobs it has.
INSERT INTO tuning_jobs (id, tenant, name, spec, origin, tags, status, completion_reason, max_training_jobs,
  max_parallel_training_jobs, launched, completed, objective_succeeded, created_at, last_modified_at, ended_at)
SELECT gen_random_uuid(), tenant, 'large', spec, origin, '{}', 'Completed', 'MaxTrainingJobsReached',
  :count, 100, :count, :count, :count, now() - interval '2 hours', now(), now()
FROM tuning_jobs WHERE name = :like;

INSERT INTO training_jobs (id, tenant, name, tuning_job_id, tuning_index, definition, configuration, status,
  secondary_status, transitions, fence, instance_type, internal_errors, interruptions, losses,
  training_started_at, training_ended_at, training_ms, final_metrics, objective, created_at, last_modified_at,
  ended_at)
SELECT gen_random_uuid(), large.tenant, 'large-' || place, large.id, place, 0,
  jsonb_build_object('rate', power(10, -4 * random()), 'depth', 2 + place % 8, 'optimizer', 'sgd'),
  'Completed', 'Completed', '[]', 1, 'ml.m5.large', 0, 0, 0, began, began + interval '1 minute', 60000, '[]',
  1 - random() * random(), began, began + interval '1 minute', began + interval '1 minute'
FROM tuning_jobs large, generate_series(0, :count - 1) place,
  LATERAL (SELECT large.created_at + (place / 100) * interval '70 seconds' AS began) times
WHERE large.name = 'large';

UPDATE tuning_jobs SET best_training_job_id = best.id, best_objective = best.objective
FROM (SELECT id, objective FROM training_jobs WHERE name LIKE 'large-%' ORDER BY objective DESC LIMIT 1) best
WHERE name = 'large';
