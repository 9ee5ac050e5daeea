import { readFile } from 'node:fs/promises';
import { availableParallelism, hostname, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

export interface HostResources {
  readonly hostName: string;
  readonly cpuMilli: number;
  readonly memoryMib: number;
}

/** What this process may use of the machine: processors and memory, cut down to the limits of its cgroups. */
export async function detectHost(): Promise<HostResources> {
  const cpuQuotaMilli = await cgroupCpuQuotaMilli('/proc/self/cgroup', '/sys/fs/cgroup');
  const cpuMilli = Math.min(availableParallelism() * 1000, cpuQuotaMilli ?? Number.POSITIVE_INFINITY);
  const memoryLimitBytes = process.constrainedMemory();
  const memoryBytes = memoryLimitBytes > 0 ? Math.min(totalmem(), memoryLimitBytes) : totalmem();
  return { hostName: hostname(), cpuMilli: Math.floor(cpuMilli), memoryMib: Math.floor(memoryBytes / 2 ** 20) };
}

/**
 * The tightest CPU quota on the way from this process's cgroup v2 to the root, in thousandths of a core.
 *
 * @returns undefined when nothing limits it, or where there is no cgroup v2.
 */
export async function cgroupCpuQuotaMilli(membershipFile: string, root: string): Promise<number | undefined> {
  const membership = await textOf(membershipFile);
  const path = /^0::(\/.*)$/m.exec(membership)?.[1];
  if (path === undefined) return undefined;
  const quotas: number[] = [];
  for (let folder = path; ; folder = dirname(folder)) {
    const [quota, period] = (await textOf(join(root, folder, 'cpu.max'))).trim().split(' ');
    if (quota !== undefined && quota !== '' && quota !== 'max') quotas.push((Number(quota) / Number(period)) * 1000);
    if (folder === '/') break;
  }
  return quotas.length === 0 ? undefined : Math.min(...quotas);
}

async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}
