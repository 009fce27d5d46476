// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are what is tested
import { describe, expect, test } from '@jest/globals';
import { configPath, loadConfig } from '../src/load-config.ts';
import { CLUSTER, errorOf, loadYaml } from './support/load-yaml.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const onPort = (port: number) => `server: { port: ${port} }\n${CLUSTER}\n`;

describe('which configuration is used', () => {
  test('--config wins over HOLDFAST_CONFIG, that over ./holdfast.yaml, that over variables, those over the demo', () => {
    using files = temporaryDirectory();
    files.write('explicit.yaml', onPort(1));
    files.write('named.yaml', onPort(2));
    const env = { HOLDFAST_CONFIG: 'named.yaml', OPENAI_API_KEY: 'sk-official' };
    const cwd = files.directory;

    expect(loadConfig({ cwd, env: {} }).source).toBe('built-in');
    expect(loadConfig({ cwd, env: { OPENAI_API_KEY: 'sk-official' } }).source).toBe('environment');
    files.write('holdfast.yaml', onPort(3));
    expect(loadConfig({ cwd, env: { OPENAI_API_KEY: 'sk-official' } })).toMatchObject({
      source: 'holdfast.yaml',
      server: { port: 3 },
    });
    expect(loadConfig({ cwd, env })).toMatchObject({ source: 'named.yaml', server: { port: 2 } });
    expect(loadConfig({ cwd, env, path: 'explicit.yaml' })).toMatchObject({
      source: 'explicit.yaml',
      server: { port: 1 },
    });
  });

  test('configPath names the file that is read, absolute, and null when there is none', () => {
    using files = temporaryDirectory();
    expect(configPath({ cwd: files.directory, env: {} })).toBeNull();
    const usual = files.write('holdfast.yaml', onPort(1));
    expect(configPath({ cwd: files.directory, env: {} })).toBe(usual);
    expect(configPath({ cwd: '/etc', env: { HOLDFAST_CONFIG: 'other.yaml' } })).toBe('/etc/other.yaml');
  });

  test('a file that was asked for and is not there is an error that names it, never another configuration', () => {
    using files = temporaryDirectory();
    const error = errorOf(() =>
      loadConfig({ cwd: files.directory, env: { OPENAI_API_KEY: 'sk-x' }, path: 'missing.yaml' }),
    );
    expect(error.problems).toEqual([
      {
        file: 'missing.yaml',
        line: null,
        column: null,
        key: '',
        message: 'cannot be read (ENOENT)',
        suggestion: null,
      },
    ]);
  });
});

describe('the configuration in the words of the services', () => {
  test('durations become milliseconds, sizes bytes, names camelCase', () => {
    const config = loadYaml(`
server: { max_body: 512kb, drain_timeout: 1500ms }
retry: { base_delay: 3, max_total_time: 2m }
health: { failure_queue_interval: 1h }
${CLUSTER}`);
    expect(config.server).toMatchObject({ maxBodyBytes: 524_288, drainTimeoutMs: 1500 });
    expect(config.retry).toMatchObject({ baseDelayMs: 3000, maxTotalTimeMs: 120_000 });
    expect(config.health.failureQueueIntervalMs).toBe(3_600_000);
  });

  test('it is frozen all the way down', () => {
    const config = loadYaml(CLUSTER);
    expect(() => ((config.clusters[0]!.endpoints[0] as { weight: number }).weight = 0)).toThrow(TypeError);
    expect(() => ((config.routes[0]!.retry as { maxAttempts: number }).maxAttempts = 9)).toThrow(TypeError);
  });

  test("a route carries the global policies with its own values over them, and nothing of another route's", () => {
    const config = loadYaml(`
retry: { max_attempts: 3, base_delay: 1s }
timeouts: { idle: 10s }
fallback: { mode: canned }
${CLUSTER}
routes:
  - { model: quick, cluster: main, retry: { max_attempts: 1 }, timeouts: { first_content: 2s }, fallback: { mode: error }, cache: { enabled: true } }
  - { model: "*", cluster: main }
`);
    const [quick, rest] = config.routes;
    expect(quick).toMatchObject({
      retry: { maxAttempts: 1, baseDelayMs: 1000, multiplier: 2 },
      timeouts: { firstContentMs: 2000, idleMs: 10_000, connectMs: 5000 },
      fallback: { mode: 'error', status: 200 },
      cache: { enabled: true, ttlMs: 3_600_000 },
      resume: false,
      hedge: false,
    });
    expect(rest).toMatchObject({
      retry: config.retry,
      timeouts: config.timeouts,
      fallback: config.fallback,
      cache: config.cache,
    });
  });

  test('an endpoint takes the protocol of its cluster and has an id of its own; its base URL loses trailing slashes', () => {
    const config = loadYaml(`
clusters:
  claude: { protocol: anthropic, endpoints: [{ name: relay, base_url: "https://relay.example.com/v1//", timeout: 90s }] }
`);
    expect(config.clusters[0]!.endpoints[0]).toEqual({
      name: 'relay',
      cluster: 'claude',
      id: 'claude/relay',
      provider: null,
      protocol: 'anthropic',
      baseUrl: 'https://relay.example.com/v1',
      authHeader: 'x-api-key',
      query: {},
      modelsPath: null,
      dialects: ['anthropic-messages', 'anthropic-count-tokens'],
      streamUsage: null,
      apiKey: null,
      tokenPool: null,
      priority: 1,
      weight: 100,
      timeoutMs: 90_000,
      maxFailures: null,
      maxConcurrency: 0,
      models: {},
      headers: {},
      probe: null,
      continuation: 'auto',
    });
  });

  test('without routes every model goes to the only cluster', () => {
    expect(loadYaml(CLUSTER).routes).toMatchObject([{ model: '*', cluster: 'main', fallbackModels: [] }]);
  });

  test('a section whose entries are all commented out means its defaults', () => {
    const config = loadYaml(`retry:\n  # max_attempts: 9\nroutes:\nserver:\n  client_keys:\n${CLUSTER}`);
    expect(config.retry.maxAttempts).toBe(4);
    expect(config.server.clientKeys).toEqual([]);
  });

  test('client keys may be bare or named; bare ones get names', () => {
    const config = loadYaml(`server: { client_keys: [k-one, { name: phone, key: k-two }] }\n${CLUSTER}`);
    expect(config.server.clientKeys).toEqual([
      { name: 'key-1', key: 'k-one' },
      { name: 'phone', key: 'k-two' },
    ]);
  });

  test.each([
    'redis://redis:6379/0',
    'rediss://user:secret@redis.example.com',
    'redis://a:7001,redis://b:7002',
    'redis+cluster://seed:7001',
    'redis+sentinel://a:26379,b:26379/mymaster/2',
    'redis-sentinel://a:26379#mymaster',
  ])('the shared state may be at %s', (url) => {
    expect(loadYaml(`state: { redis_url: "${url}" }\n${CLUSTER}`).state.redisUrl).toBe(url);
  });

  test('YAML anchors and merge keys work', () => {
    const config = loadYaml(`
clusters:
  main:
    endpoints:
      - &base { name: a, base_url: "https://a.example.com", api_key: k-a, timeout: 5s }
      - { <<: *base, name: b }
`);
    expect(config.clusters[0]!.endpoints[1]).toMatchObject({ name: 'b', apiKey: 'k-a', timeoutMs: 5000 });
  });

  test('services are found on the configured ports, and a URL wins over a port', () => {
    const config = loadYaml(`
server: { host: 0.0.0.0, port: 5000, admin_port: 5001, allow_open: true }
services: { health_checker: { port: 5002 }, tagger: { url: "http://tagger:4004/" } }
${CLUSTER}`);
    expect(config.services).toEqual({
      gateway: { url: 'http://127.0.0.1:5000', adminUrl: 'http://127.0.0.1:5001' },
      healthChecker: { port: 5002, url: 'http://127.0.0.1:5002' },
      tokenRotator: { port: 4003, url: 'http://127.0.0.1:4003' },
      tagger: { port: 4004, url: 'http://tagger:4004' },
      simulator: { port: 4010, url: 'http://127.0.0.1:4010', enabled: false },
    });
  });
});

describe('the built-in demo', () => {
  test('plays on the simulator: two OpenAI endpoints in two tiers, one with a token pool, one Anthropic, canned answers as the last resort', () => {
    const config = loadConfig({ cwd: '/', env: {} });
    expect(config.services.simulator).toEqual({ port: 4010, url: 'http://127.0.0.1:4010', enabled: true });
    expect(
      config.clusters.map(({ name, protocol, endpoints }) => [
        name,
        protocol,
        endpoints.map((e) => [e.name, e.baseUrl, e.priority]),
      ]),
    ).toEqual([
      [
        'main',
        'openai',
        [
          ['primary', 'http://127.0.0.1:4010/primary/v1', 1],
          ['secondary', 'http://127.0.0.1:4010/secondary/v1', 2],
        ],
      ],
      ['github', 'openai', [['github', 'http://127.0.0.1:4010/github/v1', 1]]],
      ['claude', 'anthropic', [['claude', 'http://127.0.0.1:4010/claude/v1', 1]]],
    ]);
    expect(config.routes.map(({ model, cluster }) => [model, cluster])).toEqual([
      ['gpt-4o-mini', 'main'],
      ['gpt-4.1-mini', 'github'],
      ['claude*', 'claude'],
      ['*', 'main'],
    ]);
    expect(config.tokenPools.map(({ name, tokens }) => [name, tokens.length])).toEqual([['github', 3]]);
    expect(config.fallback.mode).toBe('canned');
  });

  test('follows the simulator to the port it got, whatever the configured one', () => {
    const config = loadConfig({
      cwd: '/',
      env: { HOLDFAST_SIMULATOR_PORT: '0' },
      simulatorUrl: 'http://127.0.0.1:39001/',
    });
    expect(config.services.simulator).toEqual({ port: 0, url: 'http://127.0.0.1:39001', enabled: true });
    expect(config.clusters[0]!.endpoints[0]!.baseUrl).toBe('http://127.0.0.1:39001/primary/v1');
  });

  test('takes the policy variables of existing deployments, which alone name no upstream', () => {
    const config = loadConfig({ cwd: '/', env: { RATE_LIMIT_ENABLED: 'true', RATE_LIMIT_PER_MINUTE: '5' } });
    expect(config).toMatchObject({ source: 'built-in', rateLimit: { enabled: true, perMinute: 5 } });
  });
});
