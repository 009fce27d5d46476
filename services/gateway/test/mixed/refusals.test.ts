import { startSimulator } from '@holdfast/simulator/start-simulator';
import { describe, expect, test } from '@jest/globals';
import { errorIn, lastLine, read } from '../faults/pair.ts';
import { chat, startGateway } from '../start-gateway.ts';
import { CLAUDE, OPENAI, PATHS, vendors } from './vendors.ts';

/** What cannot be told to another vendor: refused before anybody is asked, left out by name, or asked elsewhere. */

describe('a field that the only endpoint cannot be told', () => {
  test.each([false, true])('is a 400 that names it, before any attempt (stream: %s)', async (stream) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE], { fallback: { mode: 'canned' } }));
    const answer = await read(await gateway.post(PATHS.chat, chat('gpt-4o', { n: 3, stream })));
    expect(answer.status).toBe(400);
    expect(errorIn(answer)).toMatchObject({
      type: 'invalid_request_error',
      code: 'unsupported_parameter',
      param: 'n',
      message: expect.stringContaining("'n'"),
    });
    expect(answer.headers.get('x-holdfast-endpoint')).toBe('none');
    expect(answer.headers.get('x-holdfast-attempts')).toBe('0');
    expect(answer.headers.get('x-should-retry')).toBe('false');
    expect(simulator.requests()).toEqual([]);
    expect(lastLine(gateway)).toMatchObject({ outcome: 'rejected', attempts: 0 });
    expect(
      await gateway.metric(
        'holdfast_requests_total{llm_cluster="main",protocol="openai",outcome="rejected"}',
      ),
    ).toBe(1);
  });

  test('leads to the endpoints that can be told, wherever they stand', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE, OPENAI]));
    const answer = await read(await gateway.post(PATHS.chat, chat('gpt-4o', { n: 2 })));
    expect([answer.status, answer.headers.get('x-holdfast-endpoint')]).toEqual([200, 'openai']);
    expect(simulator.requests('claude')).toEqual([]);
  });

  test('when those fail it is their failure that the client is told', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE, OPENAI]));
    simulator.behave('openai', { fault: 'nginx_502' });
    const answer = await read(await gateway.post(PATHS.chat, chat('gpt-4o', { n: 2 })));
    expect([answer.status, errorIn(answer).code]).toEqual([502, 'all_attempts_failed']);
    expect(simulator.requests('claude')).toEqual([]);
  });
});

test('a conversation that Anthropic holds is asked for whole where another vendor goes on with it', async () => {
  await using simulator = await startSimulator();
  await using gateway = await startGateway(vendors(simulator, [OPENAI]));
  const messages = [{ role: 'user', content: 'Hi' }];
  const ask = async (thread: object) =>
    read(await gateway.post(PATHS.messages, { model: 'gpt-4o', max_tokens: 100, messages, thread }));
  expect((await ask({ type: 'create' })).status).toBe(200);
  const answer = await ask({ type: 'continue', previous_message_id: 'msg_1' });
  expect(answer.status).toBe(400);
  // What Anthropic's SDK goes by.
  expect(errorIn(answer)).toMatchObject({ details: { error_code: 'thread_not_found' } });
  expect(simulator.requests('openai')).toHaveLength(1);
});

describe('a field that changes no meaning', () => {
  test('is left out and named in a header, whole or streamed', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE]));
    for (const stream of [false, true]) {
      const body = chat('gpt-4o', { seed: 7, logit_bias: { 50256: -100 }, stream });
      const answer = await read(await gateway.post(PATHS.chat, body));
      expect([answer.status, answer.headers.get('x-holdfast-dropped')]).toEqual([200, 'seed, logit_bias']);
    }
    expect(simulator.requests('claude')[0]!.body).not.toMatch(/seed|logit_bias/);
  });

  test('is told to an endpoint of the client’s dialect, and then there is no such header', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [OPENAI, CLAUDE]));
    const answer = await read(await gateway.post(PATHS.chat, chat('gpt-4o', { seed: 7 })));
    expect([answer.status, answer.headers.get('x-holdfast-dropped')]).toEqual([200, null]);
    expect(simulator.requests('openai')[0]!.json).toMatchObject({ seed: 7 });
  });

  test('is named again when the answer comes from the cache', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE], { cache: { enabled: true } }));
    const got = [];
    for (let i = 0; i < 2; i++) {
      const { headers } = await read(await gateway.post(PATHS.chat, chat('gpt-4o', { seed: 7 })));
      got.push([headers.get('x-holdfast-cache'), headers.get('x-holdfast-dropped')]);
    }
    expect(got).toEqual([
      ['miss', 'seed'],
      ['hit', 'seed'],
    ]);
    expect(simulator.requests('claude')).toHaveLength(1);
  });
});

describe('a provider that refuses a translated request', () => {
  const refusal = {
    status: 400,
    body: { type: 'error', error: { type: 'invalid_request_error', message: 'max_tokens: too many' } },
  };

  test('is not the last word: others are asked in the client’s own words', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE, OPENAI]));
    simulator.behave('claude', refusal);
    const answer = await read(await gateway.post(PATHS.chat, chat()));
    expect([answer.status, answer.headers.get('x-holdfast-endpoint')]).toEqual([200, 'openai']);
  });

  test('is when nobody else can be asked: its words, in the client’s dialect', async () => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE]));
    simulator.behave('claude', refusal);
    const answer = await read(await gateway.post(PATHS.chat, chat()));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({
      error: { message: 'max_tokens: too many', type: 'invalid_request_error', param: null },
    });
    expect(simulator.requests('claude')).toHaveLength(1);
    expect(lastLine(gateway).outcome).toBe('rejected');
  });
});

describe('what only one protocol has', () => {
  test.each([
    ['/v1/embeddings', { model: 'gpt-4o', input: 'Hi' }],
    ['/v1/images/generations', { model: 'gpt-4o', prompt: 'a cat' }],
    ['/v1/moderations', { model: 'gpt-4o', input: 'Hi' }],
  ])('%s: 404 that names it where the route has only Anthropic endpoints', async (path, body) => {
    await using simulator = await startSimulator();
    await using gateway = await startGateway(vendors(simulator, [CLAUDE]));
    const answer = await read(await gateway.post(path, body));
    expect(answer.status).toBe(404);
    expect(errorIn(answer)).toMatchObject({
      code: 'model_not_found',
      message: `No endpoint of the model 'gpt-4o' serves ${path}.`,
    });
    expect(simulator.requests()).toEqual([]);
  });

  test('embeddings go to the endpoint that serves them, past those that do not', async () => {
    await using simulator = await startSimulator();
    const deepseek = { name: 'deepseek', provider: 'deepseek' };
    await using gateway = await startGateway(vendors(simulator, [CLAUDE, deepseek, OPENAI]));
    const answer = await read(await gateway.post('/v1/embeddings', { model: 'gpt-4o', input: 'Hi' }));
    expect([answer.status, answer.headers.get('x-holdfast-endpoint')]).toEqual([200, 'openai']);
    expect([simulator.requests('claude'), simulator.requests('deepseek')]).toEqual([[], []]);
  });

  test('a request that nobody serves is told so over the protocol it came by', async () => {
    await using simulator = await startSimulator();
    const embedder = { ...OPENAI, dialects: ['openai-embeddings'] };
    await using gateway = await startGateway(vendors(simulator, [embedder]));
    const answer = await read(await gateway.post(PATHS.messages, chat('m', { max_tokens: 5 })));
    expect(answer.status).toBe(404);
    expect(JSON.parse(answer.text)).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  });
});
