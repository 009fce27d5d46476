import { loadConfig } from '@holdfast/config/load-config';
import { expect, test } from '@jest/globals';
import { checkExposure } from '../src/check-exposure.ts';

const load = (env: Record<string, string> = {}) => loadConfig({ env, cwd: import.meta.dirname });

test.each(['', '127.0.0.1', 'localhost', '::1'])(
  'an open gateway may be published on loopback (%j)',
  (address) => {
    expect(checkExposure(load(), address, false)).toBeNull();
  },
);

test('an open gateway is not published to other machines by mistake, and the reason says what to set', () => {
  expect(checkExposure(load(), '0.0.0.0', false)).toMatch(/BIND_ADDR.*HOLDFAST_CLIENT_KEYS/);
});

test('with client keys, or on purpose, it is', () => {
  expect(checkExposure(load({ HOLDFAST_CLIENT_KEYS: 'client-key-1' }), '0.0.0.0', false)).toBeNull();
  expect(checkExposure(load(), '0.0.0.0', true)).toBeNull();
});
