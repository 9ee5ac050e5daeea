import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type NvidiaSmiLog, parseNvidiaSmiList, parseNvidiaSmiXml } from 'nvidia-smi-parser';
import type { Logger } from 'pino';

/** A device that one attempt can be bound to: a whole GPU, or one MIG device of it. */
export interface GpuDevice {
  readonly uuid: string;
  readonly name: string;
  readonly memoryMib: number;
}

const NVIDIA_SMI_TIMEOUT_MS = 10_000;
const runFile = promisify(execFile);

/**
 * Asks `command` (nvidia-smi) for the machine's GPUs. A machine without it has none; one where it fails or hangs is
 * offered without GPUs, and the log says so.
 */
export async function detectGpus(command: string, log: Logger): Promise<GpuDevice[]> {
  try {
    const smi = parseNvidiaSmiXml(await output(command, ['-q', '-x']));
    const needsList = smi.gpus.some((gpu) => gpu.migDevices.some((device) => device.uuid === undefined));
    return bindableDevices(smi, needsList ? await output(command, ['-L']) : '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    log.warn({ err: error }, 'nvidia-smi did not answer properly; this agent offers no GPUs');
    return [];
  }
}

/** Whole GPUs, but the MIG devices of a GPU that is cut up. `list` is the text of `nvidia-smi -L`, for their UUIDs. */
function bindableDevices(smi: NvidiaSmiLog, list: string): GpuDevice[] {
  const listed = parseNvidiaSmiList(list);
  return smi.gpus.flatMap((gpu) => {
    if (gpu.uuid === undefined || gpu.recoveryAction === 'Reboot') return [];
    const name = gpu.productName ?? 'NVIDIA GPU';
    if (gpu.migModeCurrent !== 'Enabled') return [{ uuid: gpu.uuid, name, memoryMib: gpu.memoryTotalMib ?? 0 }];
    const listedDevices = listed.find((entry) => entry.uuid === gpu.uuid)?.migDevices ?? [];
    return gpu.migDevices.flatMap((device, position) => {
      const listing = listedDevices.find((entry) => entry.index === (device.index ?? position));
      const uuid = device.uuid ?? listing?.uuid;
      if (uuid === undefined) return [];
      const profile = listing === undefined ? 'MIG' : `MIG ${listing.profile}`;
      return [{ uuid, name: `${name} ${profile}`, memoryMib: device.memoryTotalMib ?? 0 }];
    });
  });
}

async function output(command: string, args: readonly string[]): Promise<string> {
  const { stdout } = await runFile(command, [...args], {
    timeout: NVIDIA_SMI_TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 2 ** 20,
  });
  return stdout;
}
