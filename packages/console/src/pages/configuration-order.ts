/** The fields of a tuning file in the order in which people read them. */
const ORDER = [
  ...['name', 'strategy', 'seed', 'objective', 'metrics', 'limits', 'completion', 'earlyStopping', 'warmStart'],
  ...['algorithm', 'hyperparameters', 'ranges', 'channels', 'instance', 'instances', 'stopping', 'retry', 'spot'],
  ...['keepAlivePeriodSeconds', 'checkpoints', 'output', 'networkIsolation', 'environment', 'tags'],
];

/** The configuration with its fields in that order, whatever order a database gave them; unknown ones come last. */
export function inReadingOrder(configuration: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return Object.fromEntries(Object.entries(configuration).sort(([a], [b]) => place(a) - place(b)));
}
