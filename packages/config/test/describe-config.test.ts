import { expect, test } from '@jest/globals';
import { describeConfig } from '../src/describe-config.ts';
import { loadYaml } from './support/load-yaml.ts';

const CANARY = 'canary-4711';
const config = loadYaml(
  `
server: { client_keys: ["${CANARY}-1", { name: phone, key: "${CANARY}-2" }], admin_keys: ["${CANARY}-3"] }
state: { redis_url: "redis://user:${CANARY}-4@one:6379/0,redis://:${CANARY}-5@two:6379" }
database: { url: "postgres://app:${CANARY}-6@db/holdfast?password=${CANARY}-7" }
token_pools: { p: { tokens: [{ name: A, value: "${CANARY}-8", account: alice }], from_env: "POOL_*" } }
clusters:
  main:
    endpoints:
      - { name: a, base_url: "https://a.example.com/v1", api_key: "${CANARY}-9", headers: { x-relay-auth: "${CANARY}-10" } }
      - { name: b, base_url: "https://b.example.com/v1", token_pool: p }
`,
  { POOL_ONE: `${CANARY}-11` },
);

test('the summary has no value of a key, token or header, and no password of an address', () => {
  expect(JSON.stringify(config)).toContain(CANARY);
  expect(JSON.stringify(describeConfig(config))).not.toContain(CANARY);
});

test('the summary tells what a person wants to see: names, addresses, kinds of credentials', () => {
  expect(describeConfig(config)).toMatchObject({
    source: 'holdfast.yaml',
    server: { clientKeys: ['key-1', 'phone'], adminKeys: ['key-1'] },
    state: 'redis://one:6379/0,redis://two:6379',
    database: 'postgres://db/holdfast',
    tokenPools: [
      {
        name: 'p',
        tokens: [
          { name: 'A', account: 'alice' },
          { name: 'POOL_ONE', account: 'POOL_ONE' },
        ],
      },
    ],
    clusters: [
      {
        endpoints: [
          {
            name: 'a',
            baseUrl: 'https://a.example.com/v1',
            credential: 'api key',
            headers: ['x-relay-auth'],
          },
          { name: 'b', credential: 'token pool p' },
        ],
      },
    ],
  });
});
