import { bubblewrapSandbox } from '../../sandbox/bubblewrap.js';
import { namespacesSandbox } from '../../sandbox/namespaces.js';
import { DROPPED_CAPABILITIES, type Sandbox } from '../../sandbox/sandbox.js';

/** How zygotes are walled in, and their children so that they have what the agent's sandbox gives. */
export interface ZygoteSandbox {
  readonly forZygote: Sandbox;
  readonly droppedCapabilities: readonly number[];
  readonly keepOtherCapabilities: boolean;
  readonly noNewPrivileges: boolean;
}

/** Numbers of Linux. */
const CAPABILITY_NUMBERS: Readonly<Record<(typeof DROPPED_CAPABILITIES)[number], number>> = {
  dac_read_search: 2,
  net_admin: 12,
  sys_module: 16,
  sys_rawio: 17,
  sys_ptrace: 19,
  sys_admin: 21,
  sys_boot: 22,
  sys_time: 25,
  mknod: 27,
  syslog: 34,
};

/** Undefined where the agent has no walls: then nothing could tell the jobs of a zygote apart either. */
export function zygoteSandbox(
  kind: Sandbox['kind'],
  hiddenPaths: readonly string[],
  exposedPaths: readonly string[],
): ZygoteSandbox | undefined {
  if (kind === 'none') return undefined;
  const isRoot = process.getuid?.() === 0;
  // For root, bubblewrap covers parts of /proc, and the kernel then refuses children a /proc of their own.
  const make = kind === 'bubblewrap' && !isRoot ? bubblewrapSandbox : namespacesSandbox;
  return {
    forZygote: make(hiddenPaths, exposedPaths),
    droppedCapabilities: DROPPED_CAPABILITIES.map((name) => CAPABILITY_NUMBERS[name]),
    keepOtherCapabilities: isRoot || kind === 'namespaces',
    noNewPrivileges: kind === 'bubblewrap',
  };
}
