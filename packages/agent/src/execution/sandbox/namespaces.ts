import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { namespaceTree } from '../process-tree/namespace-tree.js';
import { launcherRoot } from '../process-tree/tree-root.js';
import { existingPaths, isInside, otherOptEntries, pathsToHide } from './hidden-paths.js';
import { namespacesConfinement } from './namespaces-confinement.js';
import {
  DROPPED_CAPABILITIES,
  initScript,
  type Sandbox,
  type SandboxedProgram,
  splitLauncherVariables,
} from './sandbox.js';

/** Mounts everything in one go from a table. */
const MOUNT = 'mount --all --fstab "$1" >&2 || exit 125; cd "$2" || exit 125; shift 2;';
const INIT = initScript(MOUNT);
const INIT_OFFLINE = initScript(`ip link set lo up 2>/dev/null; ${MOUNT}`);

/** Walls by util-linux alone: `unshare`, `mount` and `setpriv`. */
export function namespacesSandbox(hiddenPaths: readonly string[], exposedPaths: readonly string[]): Sandbox {
  return {
    kind: 'namespaces',
    isolates: true,
    confine: (access) => namespacesConfinement(access, hiddenPaths, exposedPaths),
    launch(program) {
      const { programOnly, forLauncher } = splitLauncherVariables(program.environment);
      const table = join(program.folder.sandbox, 'fstab');
      writeMountTable(table, program, hiddenPaths, exposedPaths);
      return {
        command: [
          // unshare's child dies with unshare, and unshare with the agent.
          ...(['setpriv', '--pdeathsig', 'KILL', '--'] as const),
          ...['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
          ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
          ...(program.networkIsolation ? ['--net'] : []),
          // Of a session of its own, a program that signals its group reaches only itself.
          ...['--', 'setsid', '/bin/sh', '-c', program.networkIsolation ? INIT_OFFLINE : INIT, 'sh'],
          ...[table, program.workingFolder],
          ...['setpriv', `--bounding-set=${DROPPED_CAPABILITIES.map((name) => `-${name}`).join(',')}`, '--'],
          ...(programOnly.length === 0 ? [] : ['env', ...programOnly.map(([name, value]) => `${name}=${value}`)]),
          ...program.command,
        ],
        environment: forLauncher,
        workingFolder: '/',
        tree: (launcher) => namespaceTree(launcherRoot(launcher), program.tag),
        keptTogetherBy: 'namespace',
      };
    },
  };
}

/**
 * Builds the new `/opt` beside the attempt, with the training folder as its `ml`, and lays it over the old one. What is
 * shown again from inside hidden folders is held in `/opt/.exposed` while they are covered.
 *
 * Mount points are made here rather than by mount's own option for it, which only real root may use.
 */
function writeMountTable(
  table: string,
  program: SandboxedProgram,
  hiddenPaths: readonly string[],
  exposedPaths: readonly string[],
): void {
  const stage = join(program.folder.sandbox, 'opt');
  const lines: string[] = [];
  const mount = (source: string, target: string, type: string, options: string) =>
    lines.push([source, target, type, options].map(escapeField).join(' '));

  mkdirSync(join(stage, 'ml'), { recursive: true });
  for (const { name, kind, target } of otherOptEntries()) {
    if (kind === 'link') symlinkSync(target, join(stage, name));
    else {
      makeMountPoint(join(stage, name), kind === 'folder');
      mount(`/opt/${name}`, join(stage, name), 'none', 'rbind');
    }
  }
  mount(program.folder.training.root, join(stage, 'ml'), 'none', 'bind');
  for (const { source, target } of program.mounts) mount(source, join(stage, 'ml', target), 'none', 'bind,ro');
  const exposed = existingPaths(exposedPaths);
  exposed.forEach(({ path, isFolder }, index) => {
    makeMountPoint(join(stage, '.exposed', String(index)), isFolder);
    mount(path, join(stage, '.exposed', String(index)), 'none', 'rbind');
  });
  const covers = pathsToHide(hiddenPaths);
  covers.forEach(({ path, isFolder }, index) => {
    const cover = join(stage, '.covers', String(index));
    makeMountPoint(cover, isFolder);
    for (const shown of exposed) {
      if (isInside(shown.path, path)) makeMountPoint(join(cover, relative(path, shown.path)), shown.isFolder);
    }
  });
  mount(stage, '/opt', 'none', 'rbind');
  covers.forEach(({ path, isFolder }, index) => {
    mount(isFolder ? `/opt/.covers/${index}` : '/dev/null', path, 'none', 'bind');
  });
  exposed.forEach(({ path }, index) => {
    mount(`/opt/.exposed/${index}`, path, 'none', 'bind,ro');
  });
  writeFileSync(table, `${lines.join('\n')}\n`);
}

function makeMountPoint(path: string, isFolder: boolean): void {
  mkdirSync(isFolder ? path : dirname(path), { recursive: true });
  if (!isFolder) writeFileSync(path, '');
}

/** fstab separates by blanks and writes them as octal codes. */
function escapeField(text: string): string {
  return text.replace(/[\\ \t\n#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
