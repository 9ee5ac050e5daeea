import { shapes } from '../model/service-model.js';
import type { JobKind, SearchContext } from './job-kinds.js';

const MAX_SUGGESTIONS = 100;
/** Jobs whose own names of hyperparameters, metrics and tags are suggested: the newest. */
const JOBS_LOOKED_AT = 100;
/** As long as the name of a property may be. */
const MAX_NAME_CHARACTERS = 255;

/** Names of properties that begin with the hint in any case, alphabetically: those of the API and those jobs have. */
export async function suggestedProperties(
  kind: JobKind,
  hint: string,
  context: SearchContext,
): Promise<readonly string[]> {
  const page = await kind.list(context, {
    sortBy: 'CreationTime',
    sortOrder: 'Descending',
    maxResults: JOBS_LOOKED_AT,
  });
  const names = new Set([...propertyNames(kind.shapeName), ...page.items.flatMap(ownNames)]);
  const start = hint.toLowerCase();
  return [...names]
    .filter((name) => name.toLowerCase().startsWith(start) && name.length <= MAX_NAME_CHARACTERS)
    .sort()
    .slice(0, MAX_SUGGESTIONS);
}

/** Every property of a shape that has a value, by its dotted name; what is in a map has no name here. */
function propertyNames(shapeName: string): readonly string[] {
  const shape = shapes[shapeName];
  if (shape?.type === 'list') return propertyNames(shape.member);
  if (shape?.type !== 'structure') return [];
  return Object.entries(shape.members).flatMap(([member, memberShape]) => {
    if (memberShape === 'TagList') return [];
    const inner = propertyNames(memberShape).map((name) => `${member}.${name}`);
    return inner.length > 0 ? inner : [member];
  });
}

interface Named {
  readonly HyperParameters?: object;
  readonly Tags?: readonly { readonly Key?: string }[];
  readonly FinalMetricDataList?: readonly { readonly MetricName?: string }[];
  readonly BestTrainingJob?: { readonly TunedHyperParameters?: object };
}

function ownNames(record: unknown): string[] {
  const { HyperParameters = {}, Tags = [], FinalMetricDataList = [], BestTrainingJob } = record as Named;
  return [
    ...Object.keys(HyperParameters).map((name) => `HyperParameters.${name}`),
    ...Object.keys(BestTrainingJob?.TunedHyperParameters ?? {}).map(
      (name) => `BestTrainingJob.TunedHyperParameters.${name}`,
    ),
    ...Tags.map(({ Key }) => `Tags.${Key}`),
    ...FinalMetricDataList.map(({ MetricName }) => `Metrics.${MetricName}`),
  ];
}
