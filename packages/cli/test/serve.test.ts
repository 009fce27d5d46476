import { writeFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { type ConfigFile, writeConfig } from './support/config-file.ts';
import { runCli, startCli } from './support/run-cli.ts';

// Each command is a process of its own.
jest.setTimeout(60_000);

const ENV = { HOLDFAST_GATEWAY_PORT: '0', HOLDFAST_ADMIN_PORT: '0' };
const config = (timeout: string): ConfigFile => ({
  clusters: { main: { endpoints: [{ name: 'only', base_url: 'http://127.0.0.1:9/v1', timeout }] } },
  routes: [{ model: '*', cluster: 'main' }],
});

test('each reload of the configuration is one line, whether it was taken or not', async () => {
  using file = writeConfig(config('10s'));
  await using cli = startCli(['serve', 'gateway', '--config', file.path], { env: ENV });
  await cli.waitForOutput(/gateway is ready/);
  writeFileSync(file.path, JSON.stringify({ version: 1, ...(config('20s') as object) }));
  await cli.waitForOutput(/configuration reloaded/);
  writeFileSync(file.path, 'version: 1\nclusterz: {}\n');
  await cli.waitForOutput(/configuration not reloaded/);
  const { code, stdout } = await cli.interrupt();
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.filter(({ msg }) => msg.startsWith('configuration'))).toMatchObject([
    { level: 'info', msg: 'configuration reloaded' },
    {
      level: 'error',
      msg: 'configuration not reloaded, the last good one stays',
      reason: expect.stringContaining('clusterz'),
    },
  ]);
});

test('--scenario is wrong usage for all but the simulator', async () => {
  const { code, stderr } = await runCli(['serve', 'gateway', '--scenario', 'x.yaml']);
  expect(code).toBe(2);
  expect(stderr).toContain('--scenario is for serve simulator');
});
