import { gzipSync } from 'node:zlib';
import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../start-gateway.ts';
import { builtInMiku, companion, type Heard, hear, MIKU, say } from './ask-persona.ts';

type Body = RequestInit['body'];

const JSON_TYPE = { 'content-type': 'application/json' };

async function send(
  gateway: TestGateway,
  body: Body,
  headers: Record<string, string> = JSON_TYPE,
): Promise<Heard> {
  return hear(
    await fetch(gateway.url + MIKU, { method: 'POST', headers, body, duplex: 'half' } as RequestInit),
  );
}

const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('a request without a usable message gets 200, a polite text and the reason, and no model is asked:', () => {
  const bodies: [string, Body][] = [
    ['no body', null],
    ['an empty body', ''],
    ['malformed JSON', '{"message": "Hi'],
    ['a body that is no object', '["Hi"]'],
    ['null', 'null'],
    ['no message', '{"personality":"genki"}'],
    ['an empty message', '{"message":""}'],
    ['a blank message', '{"message":" \\n "}'],
    ['a message that is no text', '{"message":{"text":"Hi"}}'],
    ['5 000 levels', `{"message":"Hi","history":${nested(5000)}}`],
    ['a million levels', nested(1_000_000)],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['a compressed body', new Uint8Array(gzipSync('{"message":"Hi"}'))],
  ];
  test.each(bodies)('%s', async (_name, body) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(companion(simulator));
    const { answer, headers } = await send(gateway, body);
    expect(answer).toMatchObject({ fallback: true, model: null });
    expect(answer.error).toBeTruthy();
    expect(Object.values(builtInMiku.texts).flat()).toContain(answer.response);
    expect(headers.get('x-holdfast-endpoint')).toBe('none');
    expect(simulator.requests()).toEqual([]);
    expect(
      await gateway.metric(
        'holdfast_requests_total{llm_cluster="none",protocol="openai",outcome="rejected"}',
      ),
    ).toBe(1);
  });

  test.each([
    ['no content type', {}],
    ['text', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['another charset', { 'content-type': 'application/json; charset=utf-7' }],
    ['a timeout that is none', { ...JSON_TYPE, 'x-holdfast-timeout': 'soon' }],
  ])('%s', async (_name, headers) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(companion(simulator));
    const { answer } = await send(gateway, new TextEncoder().encode('{"message":"Hi"}'), headers as never);
    expect(answer).toMatchObject({ fallback: true, error: expect.any(String) as unknown as string });
    expect(simulator.requests()).toEqual([]);
  });

  test.each([
    ['announced', () => 'x'.repeat(3_000_000)],
    [
      'in pieces',
      () =>
        new ReadableStream({
          start(controller) {
            for (let i = 0; i < 30; i++) controller.enqueue(new TextEncoder().encode('x'.repeat(100_000)));
            controller.close();
          },
        }),
    ],
  ])('a body over the limit, %s; its connection ends without a reset', async (_name, body) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(companion(simulator, { server: { max_body: '1kb' } }));
    const { answer } = await send(gateway, body());
    expect(answer).toMatchObject({ fallback: true, error: 'The request body is larger than 1024 bytes.' });
  });

  test.each([
    ['ru', '{"message": "Доброе утро'],
    ['ja', '{"message": "おはよう'],
    ['en', '{"message": "Good morning'],
  ])('in the language that can be made out (%s)', async (language, body) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(companion(simulator));
    const { answer } = await send(gateway, body);
    expect(builtInMiku.texts[`${language}.deredere`]).toContain(answer.response);
  });
});

test.each([
  ['a key that comes twice', '{"message":"first","message":"second"}', 'second'],
  ['__proto__', '{"__proto__":{"message":"evil"},"message":"good"}', 'good'],
  ['half a surrogate pair', '{"message":"half \\ud800 here"}', 'half \ufffd here'],
  ['a history that is none', '{"message":"Hi","history":{"role":"user"}}', 'Hi'],
  [
    'half a surrogate pair in the history',
    '{"message":"Hi","history":[{"role":"user","content":"\\udc00"}]}',
    'Hi',
  ],
])('%s does no harm', async (_name, body, heard) => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway(companion(simulator));
  const { answer } = await send(gateway, body);
  expect(answer).toMatchObject({ fallback: false, response: `Hello from primary, you said: ${heard}` });
  expect(({} as { message?: string }).message).toBeUndefined();
});

test('a missing or wrong client key is the one thing that is not 200', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway(
    companion(simulator, { server: { client_keys: [{ name: 'app', key: 'k'.repeat(32) }] } }),
  );
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { 'x-api-key': 'k' }]) {
    const response = await gateway.post(MIKU, { message: 'Hi' }, headers as Record<string, string>);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
  }
  await say(gateway, 'Hi', {}, { authorization: `Bearer ${'k'.repeat(32)}` });
  expect(simulator.requests('primary')).toHaveLength(1);
});

test('a client over its limit hears a canned text with status 200, and when it may ask again', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway(
    companion(simulator, { rate_limit: { enabled: true, per_minute: 2 } }),
  );
  expect((await say(gateway, 'one')).headers.get('ratelimit-remaining')).toBe('1');
  await say(gateway, 'two');
  const { answer, headers } = await say(gateway, 'three');
  expect(answer).toMatchObject({ fallback: true, model: null, error: 'More than 2 requests in a minute.' });
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(simulator.requests('primary')).toHaveLength(2);
  expect(await gateway.metric('holdfast_rate_limited_total')).toBe(1);
});

test('a bug of ours is told to the log, not to the client', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway(companion(simulator));
  const { routing } = gateway.gateway;
  gateway.gateway.routing = {
    ...routing,
    routeFor: () => {
      throw new Error('secret detail of a bug');
    },
  };
  const { answer, text } = await say(gateway, 'Hi');
  gateway.gateway.routing = routing;
  expect(answer).toMatchObject({ fallback: true, model: null });
  expect(text).not.toMatch(/secret|Error|\bat\b .*\.ts/);
  expect(JSON.stringify(gateway.lines())).toContain('secret detail of a bug');
});
