import type { Terminal } from '../terminal.js';

/** A status in the colour that says how good it is. */
export function renderStatus(status: string, { colors }: Terminal): string {
  switch (status) {
    case 'Completed':
    case 'Ready':
    case 'Available':
      return colors.green(status);
    case 'Failed':
    case 'Offline':
      return colors.red(status);
    case 'Stopping':
    case 'Stopped':
    case 'Draining':
      return colors.yellow(status);
    default:
      return colors.cyan(status);
  }
}
