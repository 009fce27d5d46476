import { describe, expect, test } from '@jest/globals';
import { formatProblem } from '../src/config-error.ts';
import { CLUSTER, errorOf, loadYaml, problemsOf } from './support/load-yaml.ts';
import { testRefusals } from './support/wrong-config.ts';

describe('what is no YAML is refused without quoting it', () => {
  testRefusals([
    [
      'bad indentation',
      `clusters:
  main:▸
 endpoints: []`,
      '',
      'all mapping items must start at the same column',
    ],
    [
      'a key twice',
      `retry: {}
▸retry: {}`,
      '',
      'map keys must be unique',
    ],
    [
      'an alias to nothing',
      'clusters: ▸*gone',
      '',
      'unknown YAML alias: quote text that begins with "*" or "&"',
    ],
    ['a tag', 'fallback: { mode: ▸!secret abc }', '', 'unknown YAML tag: quote text that begins with "!"'],
  ]);
});

describe('reporting', () => {
  test('a text or a list instead of a mapping says so', () => {
    for (const yaml of ['just a text', '- a list']) {
      expect(problemsOf(yaml)).toMatchObject([{ line: 1, column: 1, key: '', message: 'must be a mapping' }]);
    }
  });

  test('a file without clusters says so', () => {
    expect(problemsOf('server: { port: 1 }')).toMatchObject([
      { line: 1, column: 1, key: 'clusters', message: 'is required' },
    ]);
  });

  test('all problems come at once, of syntax, schema, references and cross-references, in the order of the file', () => {
    const problems = problemsOf(`
server: { prot: 1, host: 10.0.0.1 }
retry: { max_attempts: none }
clusters:
  main:
    endpoints: [{ name: a, base_url: "http://169.254.169.254", api_key: "\${NOPE}", token_pool: x }]
routes: [{ model: a, cluster: b }]
model_limits: nowhere.yaml
`);
    expect(problems.map(({ line, key }) => [line, key])).toEqual([
      [2, 'server.prot'],
      [2, 'server.host'],
      [3, 'retry.max_attempts'],
      [6, 'clusters.main.endpoints[0].base_url'],
      [6, 'clusters.main.endpoints[0].api_key'],
      [6, 'clusters.main.endpoints[0].token_pool'],
      [6, 'clusters.main.endpoints[0].token_pool'],
      [7, 'routes[0].cluster'],
      [8, 'model_limits'],
    ]);
  });

  test('the message lists file:line:column, key, reason and the nearest name, one problem per line', () => {
    const error = errorOf(() => loadYaml(`retyr: {}\nserver: { port: x }\n${CLUSTER}`));
    expect(error.message).toBe(
      'The configuration has 2 problems:\n' +
        'holdfast.yaml:1:1  retyr  unknown key (did you mean "retry"?)\n' +
        'holdfast.yaml:2:17  server.port  must be a number',
    );
    expect(formatProblem(error.problems[0]!)).toBe(
      'holdfast.yaml:1:1  retyr  unknown key (did you mean "retry"?)',
    );
  });

  test('an unresolved reference is reported once, not also as whatever its emptiness would break', () => {
    expect(
      problemsOf(`server: { client_keys: ["\${KEY}"], port: "\${PORT}" }\n${CLUSTER}`).map(
        ({ message }) => message,
      ),
    ).toEqual(['environment variable KEY is not set', 'environment variable PORT is not set']);
  });

  test('no message repeats a value, wherever a secret may have been put by mistake', () => {
    const secret = 'canary-9f8e7d';
    const places = [
      `server: { port: ${secret}, host: ${secret}, max_body: ${secret} }`,
      `retry: { base_delay: ${secret}, jitter: ${secret} }\nthrottle: { scope: ${secret}, enabled: ${secret} }`,
      `version: ${secret}\nhealth: { schedule: ${secret}, probe: ${secret} }`,
      `state: { redis_url: ${secret} }\ndatabase: { url: ${secret} }`,
      `database: { url: "*${secret}" }\nfallback: { mode: *${secret} }`,
      `fallback: { mode: !${secret} x }`,
      `server: { client_keys: ["${secret} x", "\\${secret}"] }`,
      `server: { client_keys: [${secret}, ${secret}] }\nretry: ${secret}`,
      `token_pools: { p: { tokens: [{ name: "${secret}!", value: "${secret} " }], strategy: ${secret} } }`,
      `clusters: { main: { protocol: ${secret}, endpoints: [{ name: a, base_url: "https://u:${secret}@a", token_pool: ${secret} }] } }`,
      `clusters: { main: { endpoints: [{ name: a, base_url: ${secret}, api_key: "${secret}" }, ${secret}] } }\nroutes: [{ model: x, cluster: ${secret}, fallback_models: [${secret}] }]`,
      `clusters: { main: { endpoints: [{ name: a, base_url: "https://a", api_key: ${secret}, headers: { x: "${secret}\\n" } }] } }\npersonas: { miku: { path: ${secret}, default_personality: ${secret} } }\nzz: 1`,
      `clusters:\n  ${secret} ${secret}\n  main: "${secret}`,
      `api_key: "${secret}\n`,
      `a: [${secret}, }\n`,
      `a: "${secret}" ${secret}\n`,
    ];
    for (const yaml of places) expect(errorOf(() => loadYaml(yaml)).message).not.toContain(secret);
  });
});
