import { expect, it } from 'vitest';
import { BrokenSealError, openSecret, sealSecret } from './secret-seal.js';

const KEY = 'a sealing key of at least 32 characters';
const OWNER = { id: 'FLEETUNE01', tenant: 'red' };

it('opens what was sealed with the same key for the same access key', () => {
  const sealed = sealSecret(KEY, 'secret/ü', OWNER);
  expect(openSecret(KEY, sealed, OWNER)).toBe('secret/ü');
  expect(sealed.toString('latin1')).not.toContain('secret');
  expect(sealSecret(KEY, 'secret/ü', OWNER)).not.toEqual(sealed);
});

it('says so when it does not open: another key, another owner, a changed record', () => {
  const sealed = sealSecret(KEY, 'secret', OWNER);
  expect(() => openSecret('another key', sealed, OWNER)).toThrow(BrokenSealError);
  expect(() => openSecret(KEY, sealed, { ...OWNER, tenant: 'blue' })).toThrow(/FLEETUNE_SEALING_KEY/);
  expect(() => openSecret(KEY, sealed.subarray(1), OWNER)).toThrow(BrokenSealError);
  expect(() => openSecret(KEY, Buffer.alloc(0), OWNER)).toThrow(BrokenSealError);
});
