/** What `nvidia-smi -q -x` said. A field that the driver does not report, or reports as N/A, is undefined. */
export interface NvidiaSmiLog {
  /** Such as `550.54.15`. */
  readonly driverVersion: string | undefined;
  /** The newest CUDA version this driver supports, such as `12.4`. */
  readonly cudaVersion: string | undefined;
  /** As printed, in the machine's own time zone. */
  readonly timestamp: string | undefined;
  readonly attachedGpus: number | undefined;
  readonly gpus: readonly NvidiaGpu[];
}

/** What the driver asks for after a fault. */
export type RecoveryAction = 'None' | 'Reset' | 'Reboot' | 'DrainP2P' | 'DrainAndReset';

export type MigMode = 'Enabled' | 'Disabled';

export interface NvidiaGpu {
  /** Attribute `id`: the PCI address, such as `00000000:01:00.0`. */
  readonly id: string;
  /** `GPU-` and a UUID: the only name of a GPU that survives a reboot. */
  readonly uuid: string | undefined;
  readonly productName: string | undefined;
  readonly productArchitecture: string | undefined;
  readonly serial: string | undefined;
  /** N of `/dev/nvidiaN`. */
  readonly minorNumber: number | undefined;
  readonly pciBusId: string | undefined;
  readonly computeMode: string | undefined;
  readonly performanceState: string | undefined;
  readonly persistenceMode: 'Enabled' | 'Disabled' | undefined;

  readonly memoryTotalMib: number | undefined;
  readonly memoryReservedMib: number | undefined;
  readonly memoryUsedMib: number | undefined;
  readonly memoryFreeMib: number | undefined;

  readonly utilizationGpuPercent: number | undefined;
  readonly utilizationMemoryPercent: number | undefined;

  readonly temperatureGpuCelsius: number | undefined;
  readonly temperatureMemoryCelsius: number | undefined;
  /** At this temperature the GPU slows down. */
  readonly temperatureSlowdownCelsius: number | undefined;
  /** At this temperature the GPU shuts down. */
  readonly temperatureShutdownCelsius: number | undefined;
  readonly fanSpeedPercent: number | undefined;

  /** The average where the driver tells average and instant draw apart. */
  readonly powerDrawWatts: number | undefined;
  readonly powerLimitWatts: number | undefined;

  readonly clockSmMhz: number | undefined;
  readonly clockMemoryMhz: number | undefined;
  readonly throttling: Throttling;

  readonly eccMode: 'Enabled' | 'Disabled' | undefined;
  /** Since the driver was loaded. */
  readonly eccErrorsVolatile: EccErrors;
  /** Over the life of the GPU. */
  readonly eccErrorsAggregate: EccErrors;
  readonly remappedRows: RemappedRows;
  readonly retiredPages: RetiredPages;

  /** Drivers from 560 on. */
  readonly recoveryAction: RecoveryAction | undefined;
  readonly resetRequired: boolean | undefined;

  readonly migModeCurrent: MigMode | undefined;
  /** After the next reset. */
  readonly migModePending: MigMode | undefined;
  readonly migDevices: readonly MigDevice[];

  /** Every process on the GPU. */
  readonly processes: readonly GpuProcess[];
  /** Those that compute, those under MPS included. */
  readonly computeProcesses: readonly GpuProcess[];
  /** Clients of a CUDA Multi-Process Service (type `M+C`). */
  readonly mpsProcesses: readonly GpuProcess[];
}

/** Why the clocks are held back; undefined where the driver does not say. */
export interface Throttling {
  readonly softwarePowerCap: boolean | undefined;
  readonly softwareThermal: boolean | undefined;
  readonly hardwareSlowdown: boolean | undefined;
  readonly hardwareThermal: boolean | undefined;
  readonly hardwarePowerBrake: boolean | undefined;
}

/** Counts. GPUs before Ampere report single-bit (correctable) and double-bit (uncorrectable) totals only. */
export interface EccErrors {
  readonly correctable: number | undefined;
  readonly uncorrectable: number | undefined;
  readonly sramCorrectable: number | undefined;
  readonly sramUncorrectable: number | undefined;
  readonly dramCorrectable: number | undefined;
  readonly dramUncorrectable: number | undefined;
}

/** Ampere and later. */
export interface RemappedRows {
  readonly correctable: number | undefined;
  readonly uncorrectable: number | undefined;
  /** A remapping waits for a reset. */
  readonly pending: boolean | undefined;
  /** A remapping failed: the GPU should be replaced. */
  readonly failure: boolean | undefined;
}

/** Before Ampere. */
export interface RetiredPages {
  readonly singleBit: number | undefined;
  readonly doubleBit: number | undefined;
  readonly pending: boolean | undefined;
}

export interface MigDevice {
  /** Position on its GPU, as `nvidia-smi -L` counts too. */
  readonly index: number | undefined;
  /** `MIG-` and a UUID. Most drivers tell it only in `nvidia-smi -L`: see parseNvidiaSmiList. */
  readonly uuid: string | undefined;
  readonly gpuInstanceId: number | undefined;
  readonly computeInstanceId: number | undefined;
  readonly multiprocessorCount: number | undefined;
  readonly memoryTotalMib: number | undefined;
  readonly memoryUsedMib: number | undefined;
  readonly memoryFreeMib: number | undefined;
  readonly eccErrorsSramUncorrectable: number | undefined;
}

export interface GpuProcess {
  readonly pid: number;
  /** As printed: `C` compute, `G` graphics, `C+G` both, `M+C` compute under MPS. */
  readonly type: string | undefined;
  readonly name: string | undefined;
  readonly usedMemoryMib: number | undefined;
  /** On GPUs with MIG only. */
  readonly gpuInstanceId: number | undefined;
  readonly computeInstanceId: number | undefined;
}
