import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NvidiaGpu } from './nvidia-smi-log.js';
import { NvidiaSmiParseError } from './nvidia-smi-parse-error.js';
import { parseNvidiaSmiXml } from './parse-nvidia-smi-xml.js';

function fixture(name: string): string {
  return readFileSync(new URL(`./fixtures/${name}.xml`, import.meta.url), 'utf8');
}

function onlyGpu(name: string): NvidiaGpu {
  const [gpu] = parseNvidiaSmiXml(fixture(name)).gpus;
  if (gpu === undefined) throw new Error(`${name} has no GPU`);
  return gpu;
}

describe('parseNvidiaSmiXml', () => {
  it('reads a driver 470 GPU with the old power, throttle and ECC elements', () => {
    const log = parseNvidiaSmiXml(fixture('driver-470-v100'));
    expect(log).toMatchObject({ driverVersion: '470.103.01', cudaVersion: '11.4', attachedGpus: 1 });
    expect(log.gpus[0]).toMatchObject({
      id: '00000000:3B:00.0',
      uuid: 'GPU-00000000-0000-4000-8000-000000000470',
      productName: 'Tesla V100-PCIE-16GB',
      minorNumber: 0,
      memoryTotalMib: 16160,
      memoryUsedMib: 4021,
      memoryReservedMib: undefined,
      utilizationGpuPercent: 87,
      temperatureGpuCelsius: 61,
      temperatureShutdownCelsius: 90,
      fanSpeedPercent: undefined,
      powerDrawWatts: 163.27,
      powerLimitWatts: 240,
      clockSmMhz: 1380,
      eccMode: 'Enabled',
      migModeCurrent: undefined,
      migDevices: [],
    });
    expect(log.gpus[0]?.throttling).toMatchObject({ softwarePowerCap: true, hardwareThermal: false });
    expect(log.gpus[0]?.eccErrorsAggregate).toMatchObject({ correctable: 12, uncorrectable: 1 });
    expect(log.gpus[0]?.retiredPages).toEqual({ singleBit: 0, doubleBit: 1, pending: true });
    expect(log.gpus[0]?.remappedRows.pending).toBeUndefined();
  });

  it('decodes entities in process names', () => {
    expect(onlyGpu('driver-470-v100').processes).toEqual([
      {
        pid: 21873,
        type: 'C',
        name: 'python3 train.py & co',
        usedMemoryMib: 4018,
        gpuInstanceId: undefined,
        computeInstanceId: undefined,
      },
    ]);
  });

  it('reads MIG devices, and which of them a process runs on', () => {
    const [mig, whole] = parseNvidiaSmiXml(fixture('driver-535-a100-mig')).gpus;
    expect(mig?.migModeCurrent).toBe('Enabled');
    expect(mig?.migDevices).toMatchObject([
      { index: 0, gpuInstanceId: 1, computeInstanceId: 0, multiprocessorCount: 42, memoryTotalMib: 19968 },
      { index: 1, gpuInstanceId: 2, computeInstanceId: 0, multiprocessorCount: 28, memoryUsedMib: 812 },
    ]);
    expect(mig?.computeProcesses).toMatchObject([{ pid: 4711, gpuInstanceId: 2, computeInstanceId: 0 }]);
    expect(whole).toMatchObject({
      migModeCurrent: 'Disabled',
      migModePending: 'Enabled',
      migDevices: [],
      processes: [],
    });
  });

  it('reads Ampere ECC counts, remapped rows and the renamed power readings', () => {
    const [gpu] = parseNvidiaSmiXml(fixture('driver-535-a100-mig')).gpus;
    expect(gpu?.eccErrorsVolatile).toEqual({
      correctable: 5,
      uncorrectable: 3,
      sramCorrectable: 0,
      sramUncorrectable: 1,
      dramCorrectable: 5,
      dramUncorrectable: 2,
    });
    expect(gpu?.remappedRows).toEqual({ correctable: 0, uncorrectable: 2, pending: true, failure: false });
    expect(gpu).toMatchObject({ powerDrawWatts: 58.91, powerLimitWatts: 400, resetRequired: false });
  });

  it('reads the recovery action, event reasons, split SRAM errors and average power of newer drivers', () => {
    const gpu = onlyGpu('driver-570-h100-mps');
    expect(gpu).toMatchObject({ recoveryAction: 'DrainP2P', resetRequired: undefined, powerDrawWatts: 612.4 });
    expect(gpu.throttling).toMatchObject({ hardwareSlowdown: true, hardwareThermal: true, softwarePowerCap: false });
    expect(gpu.eccErrorsVolatile).toMatchObject({ sramUncorrectable: 5, uncorrectable: 9, correctable: 1 });
  });

  it('tells compute processes and MPS clients from graphics', () => {
    const gpu = onlyGpu('driver-570-h100-mps');
    expect(gpu.processes.map(({ pid }) => pid)).toEqual([3001, 3002, 812]);
    expect(gpu.computeProcesses.map(({ pid }) => pid)).toEqual([3001, 3002]);
    expect(gpu.mpsProcesses.map(({ pid }) => pid)).toEqual([3002]);
    expect(gpu.processes[2]?.usedMemoryMib).toBeUndefined();
  });

  it('leaves undefined what a consumer GPU does not support', () => {
    expect(onlyGpu('driver-550-geforce')).toMatchObject({
      serial: undefined,
      eccMode: undefined,
      eccErrorsVolatile: { correctable: undefined, uncorrectable: undefined },
      temperatureMemoryCelsius: undefined,
      powerDrawWatts: undefined,
      powerLimitWatts: 170,
      fanSpeedPercent: 31,
      processes: [],
    });
  });

  it('reads a machine with a driver and no GPU', () => {
    expect(parseNvidiaSmiXml(fixture('no-devices'))).toMatchObject({
      driverVersion: '535.183.01',
      cudaVersion: undefined,
      attachedGpus: 0,
      gpus: [],
    });
  });

  it.each([
    ['nothing', ''],
    ['an error message', 'NVIDIA-SMI has failed because it could not communicate with the NVIDIA driver.'],
    ['a torn document', fixture('driver-470-v100').slice(0, 900)],
    ['another document', '<?xml version="1.0" ?><html><body/></html>'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseNvidiaSmiXml(text)).toThrow(NvidiaSmiParseError);
  });

  it('takes a value in an unexpected unit for no value', () => {
    const xml = fixture('no-devices').replace(
      '<attached_gpus>0',
      '<gpu id="x"><fb_memory_usage><total>80 GiB</total></fb_memory_usage></gpu><attached_gpus>0',
    );
    expect(parseNvidiaSmiXml(xml).gpus[0]?.memoryTotalMib).toBeUndefined();
  });
});
