import { namespaceTree } from '../process-tree/namespace-tree.js';
import { launcherRoot } from '../process-tree/tree-root.js';
import { existingPaths, hiddenAmong, otherOptEntries, pathsToHide } from './hidden-paths.js';
import {
  DROPPED_CAPABILITIES,
  initScript,
  OPT_ML,
  type Sandbox,
  type SandboxedProgram,
  splitLauncherVariables,
} from './sandbox.js';

const INIT = initScript();

/** Walls by bubblewrap: works as root and as an ordinary user. */
export function bubblewrapSandbox(hiddenPaths: readonly string[], exposedPaths: readonly string[]): Sandbox {
  return {
    kind: 'bubblewrap',
    isolates: true,
    confine({ writable, readable }) {
      return [
        ...['bwrap', '--ro-bind', '/', '/', '--dev', '/dev'],
        ...hidingArguments(hiddenPaths, [...exposedPaths, ...hiddenAmong(readable, hiddenPaths)]),
        ...['--bind', writable, writable],
        ...['--unshare-pid', '--proc', '/proc', '--die-with-parent'],
        ...capabilityArguments(),
        '--',
      ];
    },
    launch(program) {
      const { programOnly, forLauncher } = splitLauncherVariables(program.environment);
      return {
        command: [
          'bwrap',
          ...['--dev-bind', '/', '/'],
          ...optArguments(),
          ...hidingArguments(hiddenPaths, exposedPaths),
          ...trainingArguments(program),
          // Of a session of its own, a program that signals its group reaches only itself.
          ...['--unshare-pid', '--proc', '/proc', '--as-pid-1', '--new-session', '--die-with-parent'],
          ...(program.networkIsolation ? ['--unshare-net'] : []),
          ...capabilityArguments(),
          ...programOnly.flatMap(([name, value]) => ['--setenv', name, value]),
          ...['--chdir', program.workingFolder, '--', '/bin/sh', '-c', INIT, 'sh'],
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

function optArguments(): string[] {
  const entries = otherOptEntries().flatMap(({ name, kind, target }) =>
    kind === 'link' ? ['--symlink', target, `/opt/${name}`] : ['--dev-bind', `/opt/${name}`, `/opt/${name}`],
  );
  return ['--tmpfs', '/opt', ...entries];
}

function hidingArguments(hiddenPaths: readonly string[], exposedPaths: readonly string[]): string[] {
  return [
    ...pathsToHide(hiddenPaths).flatMap(({ path, isFolder }) =>
      isFolder ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path],
    ),
    ...existingPaths(exposedPaths).flatMap(({ path }) => ['--ro-bind', path, path]),
  ];
}

function trainingArguments(program: SandboxedProgram): string[] {
  return [
    ...['--bind', program.folder.training.root, OPT_ML],
    ...program.mounts.flatMap(({ source, target }) => ['--ro-bind', source, `${OPT_ML}/${target}`]),
  ];
}

/** Started by root, bubblewrap leaves the program every capability unless told otherwise. */
function capabilityArguments(): string[] {
  if (process.getuid?.() !== 0) return [];
  return DROPPED_CAPABILITIES.flatMap((name) => ['--cap-drop', `CAP_${name.toUpperCase()}`]);
}
