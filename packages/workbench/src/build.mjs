import { must, say } from './run.mjs';

/** Builds every package; what has not changed comes from turbo's cache. */
export async function build() {
  say('Building (turbo run build) ...');
  await must(['npx', 'turbo', 'run', 'build', '--output-logs=errors-only', '--no-update-notifier'], {
    quiet: true,
    env: { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  });
}
