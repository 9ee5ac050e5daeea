import type { ContainerCreateOptions, DeviceRequest, HostConfig, Ulimit } from 'dockerode';
import type { ChannelMount } from '../../sandbox/sandbox.js';
import { OPT_ML } from '../../sandbox/sandbox.js';
import type { EngineFacts } from './container-engine.js';
import type { HardLimits } from './hard-limits.js';
import type { ImageSettings } from './image-store.js';

const MIB = 1024 ** 2;
/** Processes and threads; far more than a training needs, far fewer than a machine can hold. */
const MOST_PROCESSES = 4096;
const MOST_OPEN_FILES = 65_536;
/** Of an engine's usual ones; with them a program could make devices, forge packets or leave its root folder. */
const DROPPED_CAPABILITIES = ['AUDIT_WRITE', 'MKNOD', 'NET_RAW', 'SETFCAP', 'SETPCAP', 'SYS_CHROOT'];
/** What SageMaker gives to an image that is told nothing else. */
const TRAIN = 'train';

/** All that a container is made of. Paths are this machine's, but for what `/opt/ml` shows. */
export interface ContainerPlan {
  readonly image: ImageSettings;
  /** Empty where the image's own is meant. */
  readonly entrypoint: readonly string[];
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Becomes `/opt/ml`. */
  readonly trainingRoot: string;
  readonly mounts: readonly ChannelMount[];
  readonly networkIsolation: boolean;
  /** A network of the engine's; undefined leaves it to the engine. */
  readonly network: string | undefined;
  readonly cpuCount: number;
  readonly memoryMib: number;
  readonly gpuUuids: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** As far as this machine lets programs go. */
  readonly limits: HardLimits;
  /** Who the agent is on this machine. */
  readonly agentUser: { readonly uid: number; readonly gid: number };
}

/** What to ask an engine for, so that a training program runs as it would on SageMaker, and cannot harm its neighbours. */
export function containerOptions(plan: ContainerPlan, engine: EngineFacts): ContainerCreateOptions {
  const { image, entrypoint, arguments: args } = plan;
  const user = containerUser(plan.agentUser, engine);
  const tellsHow = entrypoint.length > 0 || args.length > 0;
  return {
    Image: image.id,
    ...(entrypoint.length > 0 ? { Entrypoint: [...entrypoint] } : {}),
    Cmd: tellsHow ? [...args] : [TRAIN],
    Env: Object.entries({ ...homeOf(user, image), ...plan.environment }).map(([name, value]) => `${name}=${value}`),
    Labels: { ...plan.labels },
    ...(user === undefined ? {} : { User: user }),
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: hostConfig(plan, engine),
  };
}

function hostConfig(plan: ContainerPlan, engine: EngineFacts): HostConfig {
  const network = plan.networkIsolation ? 'none' : plan.network;
  const memory = plan.memoryMib * MIB;
  return {
    Mounts: [
      { Type: 'bind', Source: plan.trainingRoot, Target: OPT_ML },
      ...plan.mounts.map(
        ({ source, target }) =>
          ({ Type: 'bind', Source: source, Target: `${OPT_ML}/${target}`, ReadOnly: true }) as const,
      ),
    ],
    ...(network === undefined ? {} : { NetworkMode: network }),
    Memory: memory,
    // The same: no swap beside it.
    MemorySwap: memory,
    ShmSize: Math.floor(memory / 2),
    NanoCpus: Math.min(plan.cpuCount, engine.cpuCount) * 1e9,
    PidsLimit: MOST_PROCESSES,
    Ulimits: [
      ulimit('nofile', Math.min(MOST_OPEN_FILES, plan.limits.openFiles)),
      ulimit('nproc', Math.min(MOST_PROCESSES, plan.limits.processes)),
      ulimit('core', 0),
    ],
    CapDrop: DROPPED_CAPABILITIES,
    // Labels of SELinux would keep the mounted folders from the program, and changing theirs would harm their owners.
    SecurityOpt: ['no-new-privileges', 'label=disable'],
    // The agent reads the output itself; a log of the engine's would only grow.
    LogConfig: { Type: 'none', Config: {} },
    RestartPolicy: { Name: 'no' },
    Init: true,
    ...(plan.gpuUuids.length === 0 ? {} : { DeviceRequests: [gpuRequest(plan.gpuUuids, engine)] }),
  };
}

function ulimit(name: string, value: number): Ulimit {
  return { Name: name, Soft: value, Hard: value };
}

/**
 * Whose files the program writes: they must be the agent's to read and to remove, and an ordinary user's agent gives
 * nobody root. Undefined leaves the image's own user, root as a rule.
 */
function containerUser({ uid, gid }: ContainerPlan['agentUser'], engine: EngineFacts): string | undefined {
  if (engine.isRootless) return '0:0';
  return uid === 0 ? undefined : `${uid}:${gid}`;
}

/** A user that the image does not know has no home there. */
function homeOf(user: string | undefined, image: ImageSettings): Record<string, string> {
  if (user === undefined || user === '0:0' || image.environment.HOME !== undefined) return {};
  return { HOME: '/tmp' };
}

/** Podman knows GPUs by their names in the Container Device Interface; Docker has a driver for them. */
function gpuRequest(uuids: readonly string[], { isPodman }: EngineFacts): DeviceRequest {
  if (isPodman) return { Driver: 'cdi', DeviceIDs: uuids.map((uuid) => `nvidia.com/gpu=${uuid}`) };
  return { Driver: 'nvidia', DeviceIDs: [...uuids], Capabilities: [['gpu']] };
}
