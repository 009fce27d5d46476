import { describe, expect, test } from '@jest/globals';
import type { Behaviour } from '../src/behaviour.ts';
import { startSimulator } from '../src/start-simulator.ts';
import { chat, openClient, type SendOptions } from './support/requests.ts';

/** The statuses that `count` chat requests in a row get under a behaviour. */
async function statuses(
  behaviour: Behaviour | Behaviour[],
  count: number,
  options: SendOptions & { seed?: number } = {},
) {
  await using simulator = await startSimulator({ seed: options.seed ?? 1 });
  await using client = openClient();
  simulator.behave('primary', behaviour);
  const seen: number[] = [];
  for (let index = 0; index < count; index++) {
    const { status } = await client.send(`${simulator.baseUrl('primary')}/chat/completions`, chat(), options);
    seen.push(status);
  }
  return seen;
}

describe('which behaviour serves a request', () => {
  test('a single behaviour stays', async () => {
    expect(await statuses({ status: 503 }, 3)).toEqual([503, 503, 503]);
  });

  test('a list is consumed in order, once each, and the last one stays', async () => {
    expect(await statuses([{ status: 502 }, { status: 429 }, {}], 4)).toEqual([502, 429, 200, 200]);
  });

  test('`times` says how often, also for the last one, after which the upstream is healthy', async () => {
    expect(
      await statuses(
        [
          { status: 502, times: 2 },
          { status: 429, times: 1 },
        ],
        5,
      ),
    ).toEqual([502, 502, 429, 200, 200]);
  });

  test('a request that does not match passes on down the list without using it up', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    simulator.behave('primary', [
      { match: { model: 'gpt-*' }, status: 500 },
      { match: { token: 'dead' }, status: 401 },
      { match: { path: '/v1/embed*' }, status: 404 },
      { match: { stream: true }, status: 503 },
    ]);
    const send = async (path: string, body: object, token = 'live') =>
      (await client.send(`${simulator.url}/primary/v1/${path}`, body, { token })).status;
    const other = { ...chat(), model: 'llama' };
    expect(await send('chat/completions', other)).toBe(200);
    expect(await send('chat/completions', { ...other, stream: true })).toBe(503);
    expect(await send('chat/completions', other, 'dead')).toBe(401);
    expect(await send('embeddings', { model: 'e', input: 'x' })).toBe(404);
    expect(await send('chat/completions', chat())).toBe(500);
    expect(await send('chat/completions', chat())).toBe(200);
  });

  test('a probability applies to about that share, the same requests for the same seed', async () => {
    const behaviour = { status: 500, probability: 0.3 };
    const seen = await statuses(behaviour, 200, { seed: 7 });
    const failed = seen.filter((status) => status === 500).length;
    expect(failed).toBeGreaterThan(40);
    expect(failed).toBeLessThan(80);
    expect(await statuses(behaviour, 200, { seed: 7 })).toEqual(seen);
    expect(await statuses(behaviour, 200, { seed: 8 })).not.toEqual(seen);
  });

  test('one of several is drawn', async () => {
    const seen = await statuses({ oneOf: [{ status: 500 }, { fault: 'nginx_502' }, { status: 503 }] }, 60);
    expect(new Set(seen)).toEqual(new Set([500, 502, 503]));
  });

  test('a token has its own behaviour instead of the upstream’s', async () => {
    const behaviour = { status: 500, tokens: { dead: { fault: 'invalid_key' as const }, live: {} } };
    expect(await statuses(behaviour, 1, { token: 'dead' })).toEqual([401]);
    expect(await statuses(behaviour, 1, { token: 'live' })).toEqual([200]);
    expect(await statuses(behaviour, 1, { token: 'other' })).toEqual([500]);
    expect(await statuses(behaviour, 1, { headers: { 'x-api-key': 'dead' } })).toEqual([401]);
  });

  test('fields beside a fault override what it says', async () => {
    expect(await statuses({ fault: 'nginx_502', status: 504 }, 1)).toEqual([504]);
  });

  test('`*` is for every upstream without behaviour of its own, until it is cleared', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    const status = async (upstream: string) =>
      (await client.send(`${simulator.baseUrl(upstream)}/chat/completions`, chat())).status;
    simulator.behave('*', { status: 503 });
    simulator.behave('own', {});
    expect([await status('own'), await status('a'), await status('b')]).toEqual([200, 503, 503]);
    simulator.clearBehaviour('own');
    expect(await status('own')).toBe(503);
    simulator.reset();
    expect(await status('a')).toBe(200);
  });
});

describe('what a healthy upstream refuses, as the real ones do', () => {
  const cases: [string, string, unknown, Record<string, string>, number, string][] = [
    ['an unknown path', '/v1/nonsense', chat(), {}, 404, 'Invalid URL'],
    ['a doubled /v1', '/v1/v1/chat/completions', chat(), {}, 404, 'Invalid URL'],
    ['a body that is no JSON', '/v1/chat/completions', '{"model":', {}, 400, 'could not parse'],
    [
      'a request without a model',
      '/v1/chat/completions',
      { messages: [{ role: 'user', content: 'x' }] },
      {},
      400,
      'model',
    ],
    ['a chat without messages', '/v1/chat/completions', { model: 'm', messages: [] }, {}, 400, 'messages'],
    ['messages without max_tokens', '/v1/messages', chat(), { 'anthropic-version': '1' }, 400, 'max_tokens'],
    [
      'messages without a version',
      '/v1/messages',
      { ...chat(), max_tokens: 5 },
      {},
      400,
      'anthropic-version',
    ],
  ];
  test.each(cases)('%s', async (_what, path, body, headers, status, text) => {
    await using simulator = await startSimulator();
    await using client = openClient();
    const answer = await client.send(`${simulator.url}/primary${path}`, body, { headers });
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(text);
  });

  test('a model it does not list', async () => {
    await using simulator = await startSimulator();
    await using client = openClient();
    simulator.behave('primary', { models: ['only-this'] });
    const url = `${simulator.baseUrl('primary')}/chat/completions`;
    const missing = await client.send(url, chat());
    expect(missing.status).toBe(404);
    expect(JSON.parse(missing.text).error.code).toBe('model_not_found');
    expect((await client.send(url, { ...chat(), model: 'only-this' })).status).toBe(200);
    const listed = await client.send(`${simulator.baseUrl('primary')}/models`);
    expect(JSON.parse(listed.text).data.map(({ id }: { id: string }) => id)).toEqual(['only-this']);
  });
});

test('a behaviour that cannot be sent says so, and harms nothing else', async () => {
  await using simulator = await startSimulator();
  await using client = openClient();
  simulator.behave('primary', [{ headers: { 'x-bad': 'a\nb' } }, {}]);
  const url = `${simulator.baseUrl('primary')}/chat/completions`;
  const refused = await client.send(url, chat());
  expect(refused.status).toBe(500);
  expect(JSON.parse(refused.text).error.type).toBe('simulator_error');
  expect((await client.send(`${simulator.baseUrl('primary')}/models/%zz`)).status).toBe(200);
  expect((await client.send(url, chat())).status).toBe(200);
  expect(simulator.inFlight()).toBe(0);
});

test('every spelling of a path finds its upstream', async () => {
  await using simulator = await startSimulator();
  await using client = openClient();
  const paths = [
    '/primary/v1/chat/completions',
    '/primary/chat/completions',
    '/primary/inference/chat/completions',
    '/primary/api/v1/chat/completions',
    '/primary/openai/v1/chat/completions?api-version=1',
    '/primary/v1beta/openai/chat/completions',
  ];
  for (const path of paths) expect((await client.send(simulator.url + path, chat())).status).toBe(200);
  expect(simulator.requests('primary').map(({ path }) => `/primary${path}`)).toEqual(paths);
  await client.send(`${simulator.url}/v1/chat/completions`, chat());
  expect(simulator.requests('default')).toHaveLength(1);
});

test('Ollama’s own API: lines of JSON, done in the last', async () => {
  await using simulator = await startSimulator();
  await using client = openClient();
  const streamed = await client.send(`${simulator.url}/local/api/chat`, { ...chat('hi'), stream: true });
  expect(streamed.headers['content-type']).toBe('application/x-ndjson');
  const lines = streamed.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ message }) => message.content).join('')).toBe('Hello from local, you said: hi');
  expect(lines.map(({ done }) => done)).toEqual([...lines.slice(1).map(() => false), true]);
  const whole = await client.send(`${simulator.url}/local/api/generate`, { model: 'llama3', prompt: 'hi' });
  expect(JSON.parse(whole.text)).toMatchObject({ response: 'Hello from local, you said: hi', done: true });
  expect(
    JSON.parse((await client.send(`${simulator.url}/local/api/tags`)).text).models.length,
  ).toBeGreaterThan(0);
});
