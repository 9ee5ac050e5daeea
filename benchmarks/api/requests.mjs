/**
 * What the readers ask, in the order they ask it: dashboards and scripts that describe jobs, and page through listings
 * by every order and filter there is.
 *
 * @param {{ trainingJobs: string[], tuningJobs: string[] }} names of jobs that are there
 */
export function describeRequests({ trainingJobs, tuningJobs }) {
  return trainingJobs.map((name, index) =>
    index % 5 === 0
      ? {
          kind: 'DescribeHyperParameterTuningJob',
          operation: 'DescribeHyperParameterTuningJob',
          input: { HyperParameterTuningJobName: tuningJobs[index % tuningJobs.length] },
        }
      : { kind: 'DescribeTrainingJob', operation: 'DescribeTrainingJob', input: { TrainingJobName: name } },
  );
}

export function listRequests({ trainingJobs, tuningJobs }) {
  const daySeconds = 24 * 60 * 60;
  const now = Math.floor(Date.now() / 1000);
  return trainingJobs.map((name, index) => {
    const tuningJob = tuningJobs[index % tuningJobs.length];
    const day = now - (1 + (index % 60)) * daySeconds;
    const order = index % 2 === 0 ? 'Ascending' : 'Descending';
    const kinds = [
      ['newest', { SortBy: 'CreationTime', SortOrder: 'Descending' }],
      ['by name', { SortBy: 'Name', SortOrder: order }],
      ['by status', { SortBy: 'Status', SortOrder: order }],
      ['of a status', { StatusEquals: 'Failed', SortBy: 'CreationTime', SortOrder: order }],
      ['by part of the name', { NameContains: name.slice(6, 14), SortBy: 'CreationTime', SortOrder: order }],
      ['of a day', { CreationTimeAfter: day - daySeconds, CreationTimeBefore: day, SortBy: 'CreationTime' }],
      ['changed since', { LastModifiedTimeAfter: now - 120 * daySeconds, SortOrder: 'Descending' }],
    ];
    const place = index % (kinds.length + 3);
    const listed = kinds[place];
    if (listed !== undefined) {
      return { kind: `ListTrainingJobs ${listed[0]}`, operation: 'ListTrainingJobs', input: listed[1] };
    }
    if (place === kinds.length) {
      const input = { SortBy: 'CreationTime', SortOrder: order };
      return {
        kind: 'ListHyperParameterTuningJobs',
        operation: 'ListHyperParameterTuningJobs',
        input,
      };
    }
    const SortBy = place === kinds.length + 1 ? 'FinalObjectiveMetricValue' : 'Name';
    return {
      kind: `ListTrainingJobsForHyperParameterTuningJob by ${SortBy}`,
      operation: 'ListTrainingJobsForHyperParameterTuningJob',
      input: { HyperParameterTuningJobName: tuningJob, SortBy, SortOrder: 'Ascending' },
    };
  });
}
