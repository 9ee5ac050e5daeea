import type {
  EccErrors,
  GpuProcess,
  MigDevice,
  MigMode,
  NvidiaGpu,
  NvidiaSmiLog,
  RecoveryAction,
  RemappedRows,
  RetiredPages,
  Throttling,
} from './nvidia-smi-log.js';
import { parseRoot, type XmlElement } from './xml-element.js';

/**
 * Parses what `nvidia-smi -q -x` prints, of drivers from 418 on.
 *
 * @throws NvidiaSmiParseError when the text is not well formed, or something else.
 */
export function parseNvidiaSmiXml(xml: string): NvidiaSmiLog {
  const root = parseRoot(xml, 'nvidia_smi_log');
  return {
    driverVersion: root.text('driver_version'),
    cudaVersion: root.text('cuda_version'),
    timestamp: root.text('timestamp'),
    attachedGpus: root.count('attached_gpus'),
    gpus: root.all('gpu').map(parseGpu),
  };
}

function parseGpu(gpu: XmlElement): NvidiaGpu {
  const processes = gpu.all('processes/process_info').flatMap(parseProcess);
  return {
    id: gpu.attribute('id') ?? '',
    uuid: gpu.text('uuid'),
    productName: gpu.text('product_name'),
    productArchitecture: gpu.text('product_architecture'),
    serial: gpu.text('serial'),
    minorNumber: gpu.count('minor_number'),
    pciBusId: gpu.text('pci/pci_bus_id'),
    computeMode: gpu.text('compute_mode'),
    performanceState: gpu.text('performance_state'),
    persistenceMode: enabledOrDisabled(gpu.text('persistence_mode')),

    memoryTotalMib: gpu.measure('MiB', 'fb_memory_usage/total'),
    memoryReservedMib: gpu.measure('MiB', 'fb_memory_usage/reserved'),
    memoryUsedMib: gpu.measure('MiB', 'fb_memory_usage/used'),
    memoryFreeMib: gpu.measure('MiB', 'fb_memory_usage/free'),

    utilizationGpuPercent: gpu.measure('%', 'utilization/gpu_util'),
    utilizationMemoryPercent: gpu.measure('%', 'utilization/memory_util'),

    temperatureGpuCelsius: gpu.measure('C', 'temperature/gpu_temp'),
    temperatureMemoryCelsius: gpu.measure('C', 'temperature/memory_temp'),
    temperatureSlowdownCelsius: gpu.measure('C', 'temperature/gpu_temp_slow_threshold'),
    temperatureShutdownCelsius: gpu.measure('C', 'temperature/gpu_temp_max_threshold'),
    fanSpeedPercent: gpu.measure('%', 'fan_speed'),

    powerDrawWatts: gpu.measure(
      'W',
      'gpu_power_readings/average_power_draw',
      'gpu_power_readings/power_draw',
      'gpu_power_readings/instant_power_draw',
      'power_readings/power_draw',
    ),
    powerLimitWatts: gpu.measure(
      'W',
      'gpu_power_readings/current_power_limit',
      'power_readings/enforced_power_limit',
      'power_readings/power_limit',
    ),

    clockSmMhz: gpu.measure('MHz', 'clocks/sm_clock'),
    clockMemoryMhz: gpu.measure('MHz', 'clocks/mem_clock'),
    throttling: parseThrottling(gpu),

    eccMode: enabledOrDisabled(gpu.text('ecc_mode/current_ecc')),
    eccErrorsVolatile: parseEccErrors(gpu, 'ecc_errors/volatile'),
    eccErrorsAggregate: parseEccErrors(gpu, 'ecc_errors/aggregate'),
    remappedRows: parseRemappedRows(gpu),
    retiredPages: parseRetiredPages(gpu),

    recoveryAction: parseRecoveryAction(gpu.text('gpu_recovery_action', 'gpu_reset_status/gpu_recovery_action')),
    resetRequired: gpu.flag('Yes', 'No', 'gpu_reset_status/reset_required'),

    migModeCurrent: enabledOrDisabled(gpu.text('mig_mode/current_mig')),
    migModePending: enabledOrDisabled(gpu.text('mig_mode/pending_mig')),
    migDevices: gpu.all('mig_devices/mig_device').map(parseMigDevice),

    processes,
    computeProcesses: processes.filter(({ type }) => type?.split('+').includes('C') === true),
    mpsProcesses: processes.filter(({ type }) => type?.split('+').includes('M') === true),
  };
}

/** Drivers from 535 on call them event reasons. */
function parseThrottling(gpu: XmlElement): Throttling {
  const active = (reason: string) =>
    gpu.flag(
      'Active',
      'Not Active',
      `clocks_event_reasons/clocks_event_reason_${reason}`,
      `clocks_throttle_reasons/clocks_throttle_reason_${reason}`,
    );
  return {
    softwarePowerCap: active('sw_power_cap'),
    softwareThermal: active('sw_thermal_slowdown'),
    hardwareSlowdown: active('hw_slowdown'),
    hardwareThermal: active('hw_thermal_slowdown'),
    hardwarePowerBrake: active('hw_power_brake_slowdown'),
  };
}

/** Drivers from 550 on split the uncorrectable SRAM errors by how they were found. */
function parseEccErrors(gpu: XmlElement, path: string): EccErrors {
  const sramCorrectable = gpu.count(`${path}/sram_correctable`);
  const sramUncorrectable =
    gpu.count(`${path}/sram_uncorrectable`) ??
    sum(gpu.count(`${path}/sram_uncorrectable_parity`), gpu.count(`${path}/sram_uncorrectable_secded`));
  const dramCorrectable = gpu.count(`${path}/dram_correctable`);
  const dramUncorrectable = gpu.count(`${path}/dram_uncorrectable`);
  return {
    correctable: sum(sramCorrectable, dramCorrectable) ?? gpu.count(`${path}/single_bit/total`),
    uncorrectable: sum(sramUncorrectable, dramUncorrectable) ?? gpu.count(`${path}/double_bit/total`),
    sramCorrectable,
    sramUncorrectable,
    dramCorrectable,
    dramUncorrectable,
  };
}

function parseRemappedRows(gpu: XmlElement): RemappedRows {
  return {
    correctable: gpu.count('remapped_rows/remapped_row_corr'),
    uncorrectable: gpu.count('remapped_rows/remapped_row_unc'),
    pending: gpu.flag('Yes', 'No', 'remapped_rows/remapped_row_pending'),
    failure: gpu.flag('Yes', 'No', 'remapped_rows/remapped_row_failure'),
  };
}

function parseRetiredPages(gpu: XmlElement): RetiredPages {
  return {
    singleBit: gpu.count('retired_pages/multiple_single_bit_retirement/retired_count'),
    doubleBit: gpu.count('retired_pages/double_bit_retirement/retired_count'),
    pending: gpu.flag('Yes', 'No', 'retired_pages/pending_retirement', 'retired_pages/pending_blacklist'),
  };
}

function parseMigDevice(device: XmlElement): MigDevice {
  return {
    index: device.count('index'),
    uuid: device.text('uuid'),
    gpuInstanceId: device.count('gpu_instance_id'),
    computeInstanceId: device.count('compute_instance_id'),
    multiprocessorCount: device.count('device_attributes/shared/multiprocessor_count'),
    memoryTotalMib: device.measure('MiB', 'fb_memory_usage/total'),
    memoryUsedMib: device.measure('MiB', 'fb_memory_usage/used'),
    memoryFreeMib: device.measure('MiB', 'fb_memory_usage/free'),
    eccErrorsSramUncorrectable: device.count('ecc_error_count/volatile_count/sram_uncorrectable'),
  };
}

function parseProcess(process: XmlElement): GpuProcess[] {
  const pid = process.count('pid');
  if (pid === undefined) return [];
  return [
    {
      pid,
      type: process.text('type'),
      name: process.text('process_name'),
      usedMemoryMib: process.measure('MiB', 'used_memory'),
      gpuInstanceId: process.count('gpu_instance_id'),
      computeInstanceId: process.count('compute_instance_id'),
    },
  ];
}

function parseRecoveryAction(text: string | undefined): RecoveryAction | undefined {
  switch (text?.toLowerCase().replaceAll(/[^a-z0-9]/g, '')) {
    case 'none':
      return 'None';
    case 'reset':
    case 'gpureset':
      return 'Reset';
    case 'reboot':
    case 'nodereboot':
      return 'Reboot';
    case 'drainp2p':
      return 'DrainP2P';
    case 'drainandreset':
    case 'drainreset':
      return 'DrainAndReset';
    default:
      return undefined;
  }
}

function enabledOrDisabled(text: string | undefined): MigMode | undefined {
  return text === 'Enabled' || text === 'Disabled' ? text : undefined;
}

/** Undefined only when neither is known. */
function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
}
