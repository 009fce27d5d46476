import { describe, expect, test } from '@jest/globals';
import { logLevel, monitoringUrls } from '../src/environment.ts';
import { CLUSTER, loadYaml, problemsOf } from './support/load-yaml.ts';

describe('variables over the file', () => {
  test('ports, URLs, host and keys of the environment win', () => {
    const yaml = `
server: { host: 127.0.0.1, port: 1, admin_port: 2, client_keys: [file-key] }
services: { health_checker: { port: 3 }, token_rotator: { port: 4 }, tagger: { port: 5 }, simulator: { port: 6, enabled: true } }
${CLUSTER}`;
    const config = loadYaml(yaml, {
      HOLDFAST_HOST: '0.0.0.0',
      HOLDFAST_GATEWAY_PORT: '11',
      HOLDFAST_ADMIN_PORT: '12',
      HOLDFAST_HEALTH_CHECKER_PORT: '13',
      HOLDFAST_TOKEN_ROTATOR_PORT: '14',
      HOLDFAST_TAGGER_PORT: '0',
      HOLDFAST_SIMULATOR_PORT: '16',
      HOLDFAST_GATEWAY_URL: 'http://gateway:4000/',
      HOLDFAST_HEALTH_CHECKER_URL: 'http://health-checker:4002',
      HOLDFAST_SIMULATOR_URL: 'http://simulator:4010',
      HOLDFAST_CLIENT_KEYS: 'one, two',
      HOLDFAST_ADMIN_KEYS: 'three',
    });
    expect(config.server).toMatchObject({
      host: '0.0.0.0',
      port: 11,
      adminPort: 12,
      clientKeys: [
        { name: 'key-1', key: 'one' },
        { name: 'key-2', key: 'two' },
      ],
      adminKeys: [{ name: 'key-1', key: 'three' }],
    });
    expect(config.services).toEqual({
      gateway: { url: 'http://gateway:4000', adminUrl: 'http://gateway:12' },
      healthChecker: { port: 13, url: 'http://health-checker:4002' },
      tokenRotator: { port: 14, url: 'http://127.0.0.1:14' },
      tagger: { port: 0, url: 'http://127.0.0.1:0' },
      simulator: { port: 16, url: 'http://simulator:4010', enabled: true },
    });
  });

  test('REDIS_URL and DATABASE_URL are only defaults', () => {
    const env = { REDIS_URL: 'redis://env:6379', DATABASE_URL: 'postgres://env/db' };
    expect(loadYaml(CLUSTER, env)).toMatchObject({
      state: { redisUrl: 'redis://env:6379' },
      database: { url: 'postgres://env/db' },
    });
    expect(
      loadYaml(
        `state: { redis_url: "redis://file:6379" }\ndatabase: { url: "sqlite:./file.db" }\n${CLUSTER}`,
        env,
      ),
    ).toMatchObject({ state: { redisUrl: 'redis://file:6379' }, database: { url: 'sqlite:./file.db' } });
  });

  test.each([
    [{ HOLDFAST_GATEWAY_PORT: 'http' }, 'HOLDFAST_GATEWAY_PORT', 'must be a number'],
    [{ HOLDFAST_TAGGER_URL: 'tagger:4004' }, 'HOLDFAST_TAGGER_URL', 'must begin with https:// or http://'],
    [{ REDIS_URL: 'localhost:6379' }, 'REDIS_URL', expect.stringContaining('must be a redis://')],
    [{ HOLDFAST_HOST: '0.0.0.0' }, 'HOLDFAST_HOST', expect.stringContaining('there are no client_keys')],
    [{ HOLDFAST_CLIENT_KEYS: 'a,,b' }, 'HOLDFAST_CLIENT_KEYS', expect.stringContaining('must not be empty')],
  ])('%j is an error that names the variable', (env, key, message) => {
    expect(problemsOf(CLUSTER, env)).toEqual([
      { file: 'environment', line: null, column: null, key, message, suggestion: null },
    ]);
  });

  test('an open server on every address has to be asked for', () => {
    expect(
      loadYaml(CLUSTER, { HOLDFAST_HOST: '0.0.0.0', HOLDFAST_ALLOW_OPEN: 'true' }).server.allowOpen,
    ).toBe(true);
    for (const host of ['127.0.0.1', 'localhost', '::1', '127.0.0.53']) {
      expect(loadYaml(CLUSTER, { HOLDFAST_HOST: host }).server.host).toBe(host);
    }
  });
});

test('the log level is HOLDFAST_LOG_LEVEL, else LOG_LEVEL, else info', () => {
  expect(logLevel({})).toBe('info');
  expect(logLevel({ LOG_LEVEL: 'warn' })).toBe('warn');
  expect(logLevel({ LOG_LEVEL: 'warn', HOLDFAST_LOG_LEVEL: 'DEBUG' })).toBe('debug');
  expect(logLevel({ LOG_LEVEL: 'chatty' })).toBe('info');
});

test('the monitoring is on this machine unless the environment says where; a final slash does not matter', () => {
  expect(monitoringUrls({})).toEqual({
    alertmanager: 'http://127.0.0.1:9093',
    expectsAlertmanager: false,
    prometheus: 'http://127.0.0.1:9090',
  });
  const env = {
    HOLDFAST_ALERTMANAGER_URL: 'http://alertmanager:9093/',
    HOLDFAST_PROMETHEUS_URL: 'http://prometheus:9090',
  };
  expect(monitoringUrls(env)).toEqual({
    alertmanager: 'http://alertmanager:9093',
    expectsAlertmanager: true,
    prometheus: 'http://prometheus:9090',
  });
});
