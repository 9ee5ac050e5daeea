import type { TrainingJobSummary } from '@fleetune/api/contract';

export interface ChartColors {
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
  readonly categories: readonly string[];
  readonly status: Readonly<Record<'Completed' | 'InProgress' | 'Failed' | 'Stopped' | 'Waiting', string>>;
  /** From bad to good. */
  readonly ramp: readonly string[];
}

/** The page's tokens as a canvas needs them. */
export function chartColors(): ChartColors {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: token('text'),
    quiet: token('text-quiet'),
    line: token('line'),
    surface: token('surface'),
    accent: token('accent'),
    categories: [1, 2, 3, 4, 5, 6, 7, 8].map((place) => token(`category-${place}`)),
    status: {
      Completed: token('status-completed'),
      InProgress: token('status-running'),
      Failed: token('status-failed'),
      Stopped: token('status-stopped'),
      Waiting: token('status-waiting'),
    },
    ramp: [token('chart-bad'), token('chart-middle'), token('chart-good')],
  };
}

export function statusColor(colors: ChartColors, status: TrainingJobSummary['status']): string {
  return colors.status[status === 'Stopping' ? 'Stopped' : status];
}
