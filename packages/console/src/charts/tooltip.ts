import type { TrainingJobSummary } from '@fleetune/api/contract';
import { formatNumber } from '../design/format.js';
import type { ChartColors } from './colors.js';

/** The little window at the pointer. Its text is drawn, not written as HTML: the page lets no inline style in. */
export function tooltip(colors: ChartColors): Record<string, unknown> {
  return {
    renderMode: 'richText',
    backgroundColor: colors.surface,
    borderColor: colors.line,
    textStyle: { color: colors.text, fontSize: 12 },
    confine: true,
  };
}

const MAX_LINES = 14;

/** A training job in a few lines. */
export function describeTrainingJob(job: TrainingJobSummary): string {
  const values = Object.entries(job.configuration).map(([name, value]) => `${name} ${formatNumber(value)}`);
  const shown = values.length > MAX_LINES ? [...values.slice(0, MAX_LINES), '…'] : values;
  return [`${job.name}  ${formatNumber(job.objectiveValue)}  ${job.status}`, ...shown].join('\n');
}
