import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, say } from './run.mjs';

/** Programs that some suites need, by the Debian package that has them. */
const PACKAGES = {
  'redis-server': 'redis-server',
  bwrap: 'bubblewrap',
  promtool: 'prometheus',
  'systemd-analyze': 'systemd',
  chromium: 'chromium',
  podman: 'podman',
  runc: 'runc',
  catatonit: 'catatonit',
  busybox: 'busybox-static',
};

/**
 * Installs what is missing where this machine lets us (root, and apt-get). What stays missing is only said: the suites
 * that need it skip themselves with their reason.
 */
export async function installServices(programs = Object.keys(PACKAGES)) {
  const missing = programs.filter((program) => !isOnPath(program));
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && isOnPath('apt-get')) {
    const packages = missing.map((program) => PACKAGES[program]);
    say(`Installing ${packages.join(', ')} (apt-get) ...`);
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run(['apt-get', 'update', '-qq'], { quiet: true, env });
    await run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], { quiet: true, env });
  }
  for (const program of missing.filter((one) => !isOnPath(one))) {
    say(`"${program}" is missing (Debian package ${PACKAGES[program]}): the suites that need it are skipped.`);
  }
}

function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
