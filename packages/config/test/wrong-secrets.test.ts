import { describe } from '@jest/globals';
import { endpointWith, testRefusals } from './support/wrong-config.ts';

describe('an empty or unusable secret is refused', () => {
  testRefusals([
    [
      'an empty key',
      endpointWith('api_key: ▸""'),
      'clusters.main.endpoints[0].api_key',
      'must not be empty: an empty secret protects nothing',
    ],
    [
      'a key that is left blank',
      'clusters: { main: { endpoints: [{ name: a, base_url: "https://a", api_key: ▸}] } }',
      'clusters.main.endpoints[0].api_key',
      'has no value',
    ],
    [
      'an empty client key',
      'server: { client_keys: [▸""] }',
      'server.client_keys[0]',
      'must not be empty: an empty secret protects nothing',
    ],
    [
      'an empty named admin key',
      'server: { admin_keys: [{ name: ops, key: ▸"" }] }',
      'server.admin_keys[0].key',
      'must not be empty: an empty secret protects nothing',
    ],
    [
      'an empty token',
      'token_pools: { p: { tokens: [{ name: A, value: ▸"" }] } }',
      'token_pools.p.tokens[0].value',
      'must not be empty: an empty secret protects nothing',
    ],
    [
      'a key with a line break',
      endpointWith(`api_key: ▸"k\\nx"`),
      'clusters.main.endpoints[0].api_key',
      'has characters (spaces, line breaks, non-ASCII) that no key has',
    ],
  ]);
});

describe('a secret that repeats another, or a pool without any, is refused', () => {
  testRefusals([
    [
      'the same key twice',
      'server: { client_keys: [k-one, ▸{ name: b, key: k-one }] }',
      'server.client_keys[1]',
      'is the same key as one above',
    ],
    [
      'the same token twice',
      'token_pools: { p: { tokens: [{ name: A, value: v }, { name: B, value: ▸v }] } }',
      'token_pools.p.tokens[1].value',
      'is the same token as one above',
    ],
    [
      'two tokens of one name',
      'token_pools: { p: { tokens: [{ name: A, value: v }, { name: ▸A, value: w }] } }',
      'token_pools.p.tokens[1].name',
      'is the name of a token above',
    ],
    [
      'a pool without tokens',
      'token_pools: { p: ▸{ tokens: [] } }',
      'token_pools.p',
      'has no tokens: list some, or name variables with from_env',
    ],
    [
      'a pool whose variables are not there',
      'token_pools: { p: { from_env: ▸"NO_SUCH_*" } }',
      'token_pools.p.from_env',
      'matches no environment variable, and no tokens are listed',
    ],
  ]);
});

describe('a server that others can reach needs keys', () => {
  testRefusals([
    [
      'an open door',
      `server:
  host: ▸0.0.0.0`,
      'server.host',
      'lets other machines in, and there are no client_keys: add some, listen on 127.0.0.1, or set allow_open: true',
    ],
  ]);
});
