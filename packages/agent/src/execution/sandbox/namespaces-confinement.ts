import { type ExistingPath, existingPaths, hiddenAmong, isInside, pathsToHide } from './hidden-paths.js';
import { DROPPED_CAPABILITIES, type InstallerAccess } from './sandbox.js';

/**
 * Begins the command line of an installer by util-linux alone: covers what is hidden, and makes every mount read-only but
 * the writable folder. What must be seen from inside covered folders is held open meanwhile and bound from there.
 */
export function namespacesConfinement(
  { writable, readable }: InstallerAccess,
  hiddenPaths: readonly string[],
  exposedPaths: readonly string[],
): readonly string[] {
  const shown = outermost(existingPaths([...exposedPaths, ...hiddenAmong(readable, hiddenPaths)]));
  // A shell has one digit for a descriptor, and the first three are taken.
  if (shown.length > 6) throw new Error(`An installer cannot be shown ${shown.length} hidden places at once.`);
  const covers = pathsToHide(hiddenPaths);
  const steps = [
    `exec 3<${quoted(writable)}`,
    ...shown.map(({ path }, index) => `exec ${index + 4}<${quoted(path)}`),
    ...covers.map(({ path, isFolder }) =>
      isFolder ? `mount -t tmpfs tmpfs ${quoted(path)}` : `mount --bind /dev/null ${quoted(path)}`,
    ),
    ...shown.map((place, index) => bound(place, index + 4)),
    bound({ path: writable, isFolder: true }, 3),
    READ_ONLY,
    'mount -o remount,bind,ro /',
    `mount -o remount,bind,rw ${quoted(writable)}`,
  ];
  return [
    ...[
      'setpriv',
      '--pdeathsig',
      'KILL',
      '--',
      'unshare',
      '--mount',
      '--pid',
      '--fork',
      '--kill-child',
      '--mount-proc',
    ],
    ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
    ...['--', '/bin/sh', '-c', `here=$PWD; { ${steps.join(' && ')}; } >&2 || exit 125; cd "$here" && exec "$@"`, 'sh'],
    ...['setpriv', `--bounding-set=${DROPPED_CAPABILITIES.map((name) => `-${name}`).join(',')}`, '--'],
  ];
}

/** Some of the kernel's own mounts cannot be changed; they hold no files of the host. */
const READ_ONLY = `targets=$(cut -d' ' -f5 /proc/self/mountinfo) && IFS='
' && for target in $targets; do mount -o remount,bind,ro "$(printf %b "$target")" 2>/dev/null || :; done && unset IFS`;

function bound({ path, isFolder }: ExistingPath, descriptor: number): string {
  const point = isFolder ? `mkdir -p ${quoted(path)}` : `{ test -e ${quoted(path)} || : >${quoted(path)}; }`;
  return `${point} && mount --no-canonicalize --bind /proc/self/fd/${descriptor} ${quoted(path)}`;
}

/** Leaves out what lies inside another of the places. */
function outermost(places: readonly ExistingPath[]): ExistingPath[] {
  const distinct = [...new Map(places.map((place) => [place.path, place])).values()];
  return distinct.filter(({ path }) => !distinct.some((other) => isInside(path, other.path)));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
