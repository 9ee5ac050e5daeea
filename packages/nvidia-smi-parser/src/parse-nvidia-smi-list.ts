export interface ListedMigDevice {
  /** Position on its GPU. */
  readonly index: number;
  /** Such as `1g.10gb`. */
  readonly profile: string;
  readonly uuid: string;
}

export interface ListedGpu {
  readonly index: number;
  readonly name: string;
  readonly uuid: string;
  readonly migDevices: readonly ListedMigDevice[];
}

const GPU_LINE = /^GPU (\d+): (.*) \(UUID: (\S+)\)\s*$/;
const MIG_LINE = /^\s+MIG (\S+)\s+Device\s+(\d+): \(UUID: (\S+)\)\s*$/;

/** Parses what `nvidia-smi -L` prints: the place where MIG devices have their UUIDs. Other lines are passed over. */
export function parseNvidiaSmiList(text: string): ListedGpu[] {
  const gpus: (ListedGpu & { migDevices: ListedMigDevice[] })[] = [];
  for (const line of text.split('\n')) {
    const [, index, name, uuid] = GPU_LINE.exec(line) ?? [];
    if (index !== undefined && name !== undefined && uuid !== undefined) {
      gpus.push({ index: Number(index), name, uuid, migDevices: [] });
      continue;
    }
    const [, profile, migIndex, migUuid] = MIG_LINE.exec(line) ?? [];
    if (profile !== undefined && migUuid !== undefined) {
      gpus.at(-1)?.migDevices.push({ index: Number(migIndex), profile, uuid: migUuid });
    }
  }
  return gpus;
}
