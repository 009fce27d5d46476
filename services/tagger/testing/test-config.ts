import { tmpdir } from 'node:os';
import { loadConfig } from '@holdfast/config/load-config';
import type { Config, NamedKey, Tagging } from '@holdfast/config/types';

export interface TestConfigOptions {
  readonly databaseUrl: string;
  readonly gatewayUrl: string;
  readonly tagging?: Partial<Tagging>;
  readonly clientKeys?: readonly NamedKey[];
  readonly adminKeys?: readonly NamedKey[];
}

/** The built-in configuration on a free port, with quick retries, and a main and two fallback models. */
export function testConfig({
  databaseUrl,
  gatewayUrl,
  tagging,
  clientKeys = [],
  adminKeys = [],
}: TestConfigOptions): Config {
  const config = loadConfig({ env: {}, cwd: tmpdir() });
  return {
    ...config,
    database: { url: databaseUrl },
    server: { ...config.server, port: 0, clientKeys, adminKeys, drainTimeoutMs: 2000 },
    services: {
      ...config.services,
      tagger: { ...config.services.tagger, port: 0 },
      gateway: { ...config.services.gateway, url: gatewayUrl },
    },
    tagging: {
      ...config.tagging,
      model: 'main-model',
      fallbackModels: ['second-model', 'third-model'],
      retryDelayMs: 10,
      ...tagging,
    },
  };
}
