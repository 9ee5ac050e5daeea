import { expect, it } from 'vitest';
import { parseNvidiaSmiList } from './parse-nvidia-smi-list.js';

it('reads GPUs and the MIG devices under them', () => {
  const text = [
    'GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-0001)',
    '  MIG 3g.20gb     Device  0: (UUID: MIG-0001)',
    '  MIG 1c.2g.10gb  Device  1: (UUID: MIG-0002)',
    'GPU 1: NVIDIA H100 80GB HBM3 (UUID: GPU-0002)',
    '',
  ].join('\n');
  expect(parseNvidiaSmiList(text)).toEqual([
    {
      index: 0,
      name: 'NVIDIA A100-SXM4-40GB',
      uuid: 'GPU-0001',
      migDevices: [
        { index: 0, profile: '3g.20gb', uuid: 'MIG-0001' },
        { index: 1, profile: '1c.2g.10gb', uuid: 'MIG-0002' },
      ],
    },
    { index: 1, name: 'NVIDIA H100 80GB HBM3', uuid: 'GPU-0002', migDevices: [] },
  ]);
});

it('reads nothing from nothing', () => {
  expect(parseNvidiaSmiList('No devices found.\n')).toEqual([]);
});
