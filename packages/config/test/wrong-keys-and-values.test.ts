import { describe } from '@jest/globals';
import { endpointWith, testRefusals } from './support/wrong-config.ts';

describe('an unknown key is refused with the nearest valid one', () => {
  testRefusals([
    ['a misspelt section', '▸retyr: {}', 'retyr', 'unknown key', 'retry'],
    [
      'a misspelt key',
      `retry:
  ▸max_atempts: 2`,
      'retry.max_atempts',
      'unknown key',
      'max_attempts',
    ],
    [
      'a key of an endpoint',
      `clusters:
  main:
    endpoints:
      - name: a
        ▸base_ulr: https://a
        base_url: https://a`,
      'clusters.main.endpoints[0].base_ulr',
      'unknown key',
      'base_url',
    ],
    [
      'a key of a route override',
      `routes:
  - { model: x, cluster: main, retry: { ▸jiter: 0 } }`,
      'routes[0].retry.jiter',
      'unknown key',
      'jitter',
    ],
    ['a key far from all', '▸zzz: 1', 'zzz', 'unknown key', 'state'],
    [
      'a key of a service',
      'services: { tagger: { ▸prot: 1 } }',
      'services.tagger.prot',
      'unknown key',
      'port',
    ],
    [
      'a key of a token',
      `token_pools:
  p:
    tokens: [{ name: A, value: v, ▸acount: x }]`,
      'token_pools.p.tokens[0].acount',
      'unknown key',
      'account',
    ],
  ]);
});

describe('a value of the wrong kind or out of range is refused', () => {
  testRefusals([
    ['a port too high', 'server: { port: ▸70000 }', 'server.port', 'must be at most 65535'],
    ['a negative port', 'server: { port: ▸-1 }', 'server.port', 'must be at least 0'],
    [
      'a fraction of an attempt',
      'retry: { max_attempts: ▸1.5 }',
      'retry.max_attempts',
      'must be a whole number',
    ],
    ['no attempt at all', 'retry: { max_attempts: ▸0 }', 'retry.max_attempts', 'must be at least 1'],
    ['not a number', 'retry: { jitter: ▸.nan }', 'retry.jitter', 'must be a number'],
    ['an infinite number', 'retry: { multiplier: ▸.inf }', 'retry.multiplier', 'must be a number'],
    ['a ratio above one', 'retry: { budget: ▸20 }', 'retry.budget', 'must be at most 1'],
    ['a word for a number', 'retry: { multiplier: ▸twice }', 'retry.multiplier', 'must be a number'],
    ['a list for a section', 'retry: ▸[]', 'retry', 'must be a mapping'],
    ['a mapping for a list', 'routes: ▸{ model: x }', 'routes', 'must be a list'],
    ['a word for a flag', 'cache: { enabled: ▸yes please }', 'cache.enabled', 'must be true or false'],
    [
      'a duration in words',
      'timeouts: { idle: ▸2 minutes }',
      'timeouts.idle',
      'must be a duration such as 500ms, 2s, 5m or 1h (a bare number is seconds), at most 596h',
    ],
    [
      'a negative duration',
      'timeouts: { idle: ▸-5 }',
      'timeouts.idle',
      'must be a duration such as 500ms, 2s, 5m or 1h (a bare number is seconds), at most 596h',
    ],
    ['a timeout of zero', 'timeouts: { idle: ▸0s }', 'timeouts.idle', 'must be at least 1 ms'],
    [
      'a duration past what timers can hold',
      'timeouts: { total: ▸1000h }',
      'timeouts.total',
      'must be a duration such as 500ms, 2s, 5m or 1h (a bare number is seconds), at most 596h',
    ],
    [
      'a size without sense',
      'server: { max_body: ▸large }',
      'server.max_body',
      'must be a size such as 512kb, 20mb or 1gb, above zero',
    ],
    [
      'a cron expression that is none',
      'health: { schedule: ▸"every 5 minutes" }',
      'health.schedule',
      'must be a cron expression of five fields (minute hour day month weekday), or six with seconds first',
    ],
    [
      'an unknown provider, of which no address is asked for then',
      'clusters: { main: { endpoints: [{ name: a, provider: ▸opnrouter }] } }',
      'clusters.main.endpoints[0].provider',
      'must be one of openai, anthropic, openrouter, github-models, huggingface, ollama, azure-openai, groq, mistral, deepseek, google, generic',
      'openrouter',
    ],
    [
      'an unknown dialect',
      endpointWith('dialects: [▸openai-chats]'),
      'clusters.main.endpoints[0].dialects[0]',
      'must be one of openai-chat, openai-completions, openai-responses, openai-embeddings, openai-images, openai-moderations, anthropic-messages, anthropic-count-tokens',
      'openai-chat',
    ],
    [
      'an unknown header for the credential',
      endpointWith('auth_header: ▸x-apikey'),
      'clusters.main.endpoints[0].auth_header',
      'must be one of authorization, x-api-key, api-key',
      'x-api-key',
    ],
    [
      'an unknown choice',
      'throttle: { scope: ▸modle }',
      'throttle.scope',
      'must be one of model, token',
      'model',
    ],
    ['an unknown version', 'version: ▸2', 'version', 'must be 1, the only version there is'],
    [
      'a status that is no success of HTTP',
      'fallback: { status: ▸99 }',
      'fallback.status',
      'must be at least 200',
    ],
    ['no canned text', 'fallback: { texts: ▸[] }', 'fallback.texts', 'needs at least one text'],
    ['a value left out', 'database: { url: ▸}', 'database.url', 'has no value'],
    [
      'a database of another kind',
      'database: { url: ▸"mysql://db" }',
      'database.url',
      'must be sqlite:PATH or postgres://...',
    ],
    [
      'a state store of another kind',
      'state: { redis_url: ▸"memcached://x" }',
      'state.redis_url',
      'must be a redis:// or rediss:// address (a comma list for a cluster, redis+sentinel:// for sentinels), or empty for in-process state',
    ],
    [
      'sentinels without the name of a master',
      'state: { redis_url: ▸"redis+sentinel://a:26379,b:26379" }',
      'state.redis_url',
      "must end in the master's name: redis+sentinel://host:26379,host:26379/mymaster",
    ],
    [
      'a name with a slash',
      `clusters:
  ▸a/b: { endpoints: [{ name: x, base_url: "https://x" }] }`,
      'clusters["a/b"]',
      'must be a name: letters, digits, ".", "_" and "-", at most 64, a letter or digit first',
    ],
    [
      'a persona off the path',
      'personas: { rin: { path: ▸/v1/chat } }',
      'personas.rin.path',
      'must be a path under /api/',
    ],
    [
      'a header name that is none',
      endpointWith('headers: { ▸"x y": b }'),
      'clusters.main.endpoints[0].headers["x y"]',
      'is no HTTP header name',
    ],
    [
      'a header value with a line break',
      endpointWith(`headers: { x: ▸"a\\nb" }`),
      'clusters.main.endpoints[0].headers.x',
      'has characters that an HTTP header cannot carry',
    ],
  ]);
});

describe('what must be there and is not is named', () => {
  testRefusals([
    ['an empty mapping of clusters', 'clusters: ▸{}', 'clusters', 'needs at least one cluster'],
    [
      'a cluster without endpoints',
      'clusters: { main: { endpoints: ▸[] } }',
      'clusters.main.endpoints',
      'needs at least one endpoint',
    ],
    [
      'an endpoint without address',
      `clusters:
  main:
    endpoints:
      - ▸name: a`,
      'clusters.main.endpoints[0].base_url',
      'is required',
    ],
    [
      'no routes for two clusters',
      `▸clusters:
  a: { endpoints: [{ name: x, base_url: "https://x" }] }
  b: { endpoints: [{ name: x, base_url: "https://x" }] }`,
      'routes',
      'is required with more than one cluster: which models go where?',
    ],
  ]);
});
