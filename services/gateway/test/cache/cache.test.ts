import { steadyNow } from '@holdfast/runtime/clock';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { chat, readConfig, startGateway } from '../start-gateway.ts';
import { askChat, cached, caching, got } from './caching.ts';

const messages = [{ role: 'user', content: 'Hi' }];

/** One request of every kind that is cached. */
const REQUESTS: readonly [string, string, Record<string, unknown>][] = [
  ['primary', '/v1/chat/completions', { model: 'm', messages }],
  ['primary', '/v1/chat/completions', { model: 'm', messages, stream: true }],
  [
    'primary',
    '/v1/chat/completions',
    { model: 'm', messages, stream: true, stream_options: { include_usage: true } },
  ],
  ['primary', '/v1/completions', { model: 'm', prompt: 'Hi' }],
  ['primary', '/v1/completions', { model: 'm', prompt: 'Hi', stream: true }],
  ['primary', '/v1/responses', { model: 'm', input: 'Hi' }],
  ['primary', '/v1/responses', { model: 'm', input: 'Hi', stream: true }],
  ['primary', '/v1/embeddings', { model: 'm', input: 'Hi' }],
  ['primary', '/v1/moderations', { model: 'm', input: 'Hi' }],
  ['claude', '/v1/messages', { model: 'claude-m', messages, max_tokens: 50 }],
  ['claude', '/v1/messages', { model: 'claude-m', messages, max_tokens: 50, stream: true }],
  ['claude', '/v1/messages/count_tokens', { model: 'claude-m', messages }],
];

describe('an answer that was given', () => {
  test.each(REQUESTS)(
    '%s %s %j is given again, byte by byte, and nobody is asked',
    async (endpoint, path, body) => {
      await using simulator = await startSimulator();
      await using gateway = await startGateway(caching(simulator));
      const first = await got(await gateway.post(path, body));
      const second = await got(await gateway.post(path, body));
      expect([first.status, first.cache, second.status, second.cache]).toEqual([200, 'miss', 200, 'hit']);
      expect(second.text).toBe(first.text);
      expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
      expect(Object.fromEntries(second.headers)).toMatchObject({
        'x-holdfast-endpoint': endpoint,
        'x-holdfast-attempts': '0',
        'x-holdfast-fallback': 'none',
        'cache-control': 'no-store',
        vary: 'Authorization',
      });
      expect(simulator.requests()).toHaveLength(1);
      expect(await gateway.metric(cached('miss'))).toBe(1);
      expect(await gateway.metric(cached('hit'))).toBe(1);
    },
  );

  test('counts as an answer of the cache', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(caching(simulator));
    await askChat(gateway);
    await askChat(gateway);
    const outcome = (name: string) =>
      gateway.metric(`holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="${name}"}`);
    expect([await outcome('primary'), await outcome('cache')]).toEqual([1, 1]);
    expect(
      gateway.gateway.accessLog.recent().map((line) => [line.outcome, line.attempts, line.usage]),
    ).toEqual([
      ['primary', 1, expect.anything()],
      ['cache', 0, null],
    ]);
  });

  test('has no pings of ours in it', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(caching(simulator), { clientTimers: { pingEveryMs: 20 } });
    simulator.behave('primary', { latencyMs: 100, chunkDelayMs: 30 });
    const first = await askChat(gateway, { stream: true });
    const second = await askChat(gateway, { stream: true });
    expect(first.text).toContain(': ping');
    expect(second.cache).toBe('hit');
    expect(second.text).not.toContain(': ping');
    expect(second.text).toBe(first.text.replaceAll(/^: .*\n\n/gm, ''));
  });

  test('is forgotten when its time is over', async () => {
    await using simulator = await startSimulator();
    let skewMs = 0;
    await using gateway = await startGateway(caching(simulator, { ttl: '60s' }), {
      now: () => steadyNow() + skewMs,
    });
    await askChat(gateway);
    skewMs = 59_000;
    expect((await askChat(gateway)).cache).toBe('hit');
    skewMs = 61_000;
    expect((await askChat(gateway)).cache).toBe('miss');
    expect((await askChat(gateway)).cache).toBe('hit');
    expect(simulator.requests()).toHaveLength(2);
  });

  test('gives way to newer ones when there are too many', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(caching(simulator, { max_entries: 2 }));
    for (const seed of [1, 2, 1, 3]) await askChat(gateway, { seed });
    expect((await askChat(gateway, { seed: 1 })).cache).toBe('hit');
    expect((await askChat(gateway, { seed: 2 })).cache).toBe('miss');
  });

  test('is not kept when it is too large', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(caching(simulator));
    simulator.behave('primary', { textLength: 1_100_000, eventBytes: 20_000 });
    for (const stream of [false, true]) {
      await askChat(gateway, { stream });
      expect((await askChat(gateway, { stream })).cache).toBe('miss');
    }
  });
});

describe('a request', () => {
  const schema = (properties: object) => ({
    response_format: {
      type: 'json_schema',
      json_schema: { name: 's', schema: { type: 'object', properties } },
    },
  });
  const same: [string, string, string][] = [
    [
      'the order of keys, and white space',
      '{"model":"m","messages":[{"role":"user","content":"Hi"}],"temperature":1}',
      '{ "temperature": 1.0,\n "messages": [ {"content":"Hi", "role":"user"} ], "model":"m" }',
    ],
    [
      'how a text is escaped',
      '{"model":"m","messages":[{"role":"user","content":"é"}]}',
      '{"model":"m","messages":[{"role":"user","content":"\\u00e9"}]}',
    ],
  ];
  test.each(same)('is the same whatever %s', async (_about, one, other) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(caching(simulator));
    await gateway.post('/v1/chat/completions', one);
    expect((await got(await gateway.post('/v1/chat/completions', other))).cache).toBe('hit');
  });

  const different: [string, Record<string, unknown>, Record<string, unknown>, Record<string, string>?][] = [
    ['who is meant', { user: 'anna' }, { user: 'bert' }],
    ['a number', { temperature: 0 }, { temperature: 0.1 }],
    ['null instead of nothing', {}, { temperature: null }],
    ['a field nobody knows', {}, { my_field: 1 }],
    ['whether it streams', {}, { stream: true }],
    ['the model', {}, { model: 'gpt-4o-mini' }],
    [
      'the order of messages',
      { messages: [...messages, { role: 'user', content: 'Ho' }] },
      { messages: [{ role: 'user', content: 'Ho' }, ...messages] },
    ],
    ['the order of properties in a schema', schema({ a: {}, b: {} }), schema({ b: {}, a: {} })],
    ['a header that the provider looks at', {}, {}, { 'openai-beta': 'x' }],
  ];
  test.each(different)('is another one by %s', async (_about, one, other, headers = {}) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(caching(simulator));
    expect((await askChat(gateway, one)).cache).toBe('miss');
    expect((await askChat(gateway, other, headers)).cache).toBe('miss');
    expect(simulator.requests()).toHaveLength(2);
  });

  const never: [string, string, Record<string, unknown>][] = [
    [
      'has tools',
      '/v1/chat/completions',
      { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] },
    ],
    ['is stored', '/v1/chat/completions', { store: true }],
    ['searches the web', '/v1/chat/completions', { web_search_options: {} }],
    ['asks for several answers', '/v1/chat/completions', { n: 2 }],
    ['has a number that parsing would change', '/v1/chat/completions', { seed: 1 }],
    ['goes on with a conversation', '/v1/responses', { input: 'Hi', previous_response_id: 'resp_1' }],
    ['is for the background', '/v1/responses', { input: 'Hi', background: true }],
    ['wants a picture', '/v1/images/generations', { prompt: 'Hi' }],
  ];
  test.each(never)('that %s goes round the cache', async (about, path, more) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(caching(simulator));
    const body = JSON.stringify(chat('gpt-4o', more)).replace('"seed":1', '"seed":9007199254740993');
    for (let i = 0; i < 2; i++) expect((await got(await gateway.post(path, body))).cache).toBe('bypass');
    expect(simulator.requests()).toHaveLength(2);
    expect(about && (await gateway.metric(cached('bypass')))).toBe(2);
  });

  test('goes round the cache when its header says so: nothing is read, nothing is kept', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(caching(simulator));
    const bypass = { 'x-holdfast-cache': 'bypass' };
    expect((await askChat(gateway, {}, bypass)).cache).toBe('bypass');
    expect((await askChat(gateway)).cache).toBe('miss');
    expect((await askChat(gateway, {}, bypass)).cache).toBe('bypass');
    expect(simulator.requests()).toHaveLength(3);
  });
});

describe('the configuration', () => {
  test('leaves it off: nothing is kept, and no header changes', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(caching(simulator, { enabled: false }));
    for (let i = 0; i < 2; i++) {
      const { cache, headers } = await askChat(gateway);
      expect([cache, headers.get('cache-control'), headers.get('vary')]).toEqual(['off', null, null]);
    }
    expect(simulator.requests()).toHaveLength(2);
  });

  test('may turn it on for one route', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(
      caching(
        simulator,
        { enabled: false },
        {
          routes: [
            { model: 'gpt-4o', cluster: 'main', cache: { enabled: true } },
            { model: '*', cluster: 'main' },
          ],
        },
      ),
    );
    await askChat(gateway);
    expect((await askChat(gateway)).cache).toBe('hit');
    expect((await askChat(gateway, { model: 'other' })).cache).toBe('off');
  });

  test('may change: answers stay, unless they would come from elsewhere', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(caching(simulator));
    await askChat(gateway);
    gateway.applyConfig(readConfig(caching(simulator, { max_entries: 5 })));
    expect((await askChat(gateway)).cache).toBe('hit');
    const elsewhere = caching(simulator);
    elsewhere.clusters = { main: { endpoints: [{ name: 'primary', base_url: simulator.baseUrl('moved') }] } };
    elsewhere.routes = [{ model: '*', cluster: 'main' }];
    gateway.applyConfig(readConfig(elsewhere));
    expect((await askChat(gateway)).cache).toBe('miss');
    gateway.applyConfig(readConfig(caching(simulator, { enabled: false })));
    expect((await askChat(gateway)).cache).toBe('off');
    gateway.applyConfig(readConfig(caching(simulator)));
    expect((await askChat(gateway)).cache).toBe('miss');
  });
});
