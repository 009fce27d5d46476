import { describe, expect, test } from '@jest/globals';
import type { RateLimits } from '../src/behaviour.ts';
import type { Call } from '../src/call.ts';
import { createRateCounters } from '../src/rate-limits.ts';
import { startSimulator } from '../src/start-simulator.ts';
import { anthropicHeaders, chat, message, openClient } from './support/requests.ts';

function callOf(token: string, model = 'm', operation: Call['operation'] = 'chat'): Call {
  return {
    upstream: 'primary',
    path: '/',
    operation,
    headers: {},
    body: Buffer.alloc(0),
    json: null,
    model,
    token,
    stream: false,
    sequence: 1,
  };
}

function counters(limits: RateLimits) {
  let nowMs = 1_000_000;
  const rates = createRateCounters(() => nowMs);
  return {
    admit: (token: string, model?: string) => rates.admit(callOf(token, model), limits),
    admitted: (token: string, model?: string) => rates.admit(callOf(token, model), limits).admitted,
    pass: (ms: number) => {
      nowMs += ms;
    },
    clear: () => rates.clear('primary'),
  };
}

describe('what is counted', () => {
  test('each token has its own minute, which starts with its first request', () => {
    const rates = counters({ perMinute: 2 });
    expect([rates.admitted('a'), rates.admitted('a'), rates.admitted('a'), rates.admitted('b')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    rates.pass(59_999);
    expect(rates.admitted('a')).toBe(false);
    rates.pass(1);
    expect(rates.admitted('a')).toBe(true);
  });

  test('the day goes on while minutes pass; a refused request does not count', () => {
    const rates = counters({ perMinute: 1, perDay: 2 });
    expect([rates.admitted('a'), rates.admitted('a')]).toEqual([true, false]);
    rates.pass(60_000);
    expect(rates.admitted('a')).toBe(true);
    rates.pass(60_000);
    expect(rates.admitted('a')).toBe(false);
    rates.pass(86_400_000);
    expect(rates.admitted('a')).toBe(true);
  });

  test('concurrency counts what is under way', () => {
    const rates = counters({ concurrency: 1 });
    const first = rates.admit('a');
    expect(rates.admitted('a')).toBe(false);
    if (first.admitted) first.release();
    expect(rates.admitted('a')).toBe(true);
  });

  test('tokens of one account share its limits; GitHub counts per model', () => {
    const rates = counters({
      style: 'github',
      perDay: 1,
      accounts: { a1: 'first', a2: 'first', b1: 'second' },
    });
    expect(rates.admitted('a1', 'gpt-4o')).toBe(true);
    expect(rates.admitted('a2', 'gpt-4o')).toBe(false);
    expect(rates.admitted('a2', 'gpt-4o-mini')).toBe(true);
    expect(rates.admitted('b1', 'gpt-4o')).toBe(true);
    const perToken = counters({ perDay: 1 });
    expect([perToken.admitted('a', 'x'), perToken.admitted('a', 'y')]).toEqual([true, false]);
  });

  test('shorter minutes and days show recovery sooner; new behaviour counts anew', () => {
    const rates = counters({ perMinute: 1, minuteMs: 100 });
    expect([rates.admitted('a'), rates.admitted('a')]).toEqual([true, false]);
    rates.pass(100);
    expect(rates.admitted('a')).toBe(true);
    rates.clear();
    expect(rates.admitted('a')).toBe(true);
  });
});

describe('how the refusal reads', () => {
  const refusal = (limits: RateLimits) => {
    const rates = counters(limits);
    rates.admit('a');
    rates.pass(1_500);
    const refused = rates.admit('a');
    if (refused.admitted) throw new Error('was admitted');
    return refused.answer;
  };

  test('GitHub: type, wait in two headers and in prose', () => {
    expect(refusal({ style: 'github', perDay: 1 })).toEqual({
      status: 429,
      headers: {
        'retry-after': '86399',
        'x-ratelimit-type': 'UserByModelByDay',
        'x-ratelimit-timeremaining': '86399',
        'x-ms-error-code': 'RateLimitReached',
      },
      body: {
        error: {
          code: 'RateLimitReached',
          message:
            'Rate limit of 1 per 86400s exceeded for UserByModelByDay. Please wait 86399 seconds before retrying.',
          details:
            'Rate limit of 1 per 86400s exceeded for UserByModelByDay. Please wait 86399 seconds before retrying.',
        },
      },
    });
    expect(refusal({ style: 'github', perMinute: 1 }).headers).toMatchObject({
      'retry-after': '59',
      'x-ratelimit-type': 'UserByModelByMinute',
    });
    expect(refusal({ style: 'github', concurrency: 1 }).headers).toMatchObject({
      'retry-after': '0',
      'x-ratelimit-type': 'UserConcurrentRequests',
    });
  });

  test('OpenAI, Anthropic, OpenRouter', () => {
    expect(refusal({ perMinute: 1 })).toMatchObject({
      headers: {
        'retry-after': '59',
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '59s',
      },
      body: {
        error: { code: 'rate_limit_exceeded', message: expect.stringContaining('Please try again in 59s') },
      },
    });
    expect(refusal({ style: 'anthropic', perMinute: 1 })).toMatchObject({
      headers: { 'retry-after': '59', 'anthropic-ratelimit-requests-remaining': '0' },
      body: { type: 'error', error: { type: 'rate_limit_error' } },
    });
    expect(refusal({ style: 'openrouter', perDay: 1 })).toMatchObject({
      headers: { 'X-RateLimit-Remaining': '0' },
      body: { error: { code: 429, message: 'Rate limit exceeded: free-models-per-day' } },
    });
  });
});

test('over HTTP: served answers say what is left, refused ones are the dialect’s, a dead token is not counted', async () => {
  await using simulator = await startSimulator();
  await using client = openClient();
  simulator.behave('primary', { rate: { perMinute: 1 }, tokens: { dead: { fault: 'invalid_key' } } });
  const url = `${simulator.baseUrl('primary')}/chat/completions`;
  expect(await client.send(url, chat(), { token: 'a' })).toMatchObject({
    status: 200,
    headers: { 'x-ratelimit-limit-requests': '1', 'x-ratelimit-remaining-requests': '0' },
  });
  expect((await client.send(url, chat(), { token: 'a' })).status).toBe(429);
  expect((await client.send(url, chat(), { token: 'dead' })).status).toBe(401);
  expect((await client.send(url, chat(), { token: 'b' })).status).toBe(200);
  const anthropic = await client.send(`${simulator.baseUrl('primary')}/messages`, message(), {
    headers: { ...anthropicHeaders, 'x-api-key': 'a' },
  });
  expect(JSON.parse(anthropic.text)).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
});

test('over HTTP: concurrency is released when an answer is over, and when its caller leaves', async () => {
  await using simulator = await startSimulator();
  await using client = openClient();
  simulator.behave('primary', [
    { stall: 'before_headers', rate: { concurrency: 1, style: 'github' } },
    { rate: { concurrency: 1, style: 'github' } },
  ]);
  const url = `${simulator.baseUrl('primary')}/chat/completions`;
  const leaving = new AbortController();
  const held = client.send(url, chat(), { token: 'a', signal: leaving.signal });
  await simulator.waitForRequests('primary', 1);
  expect((await client.send(url, chat(), { token: 'a' })).headers['x-ratelimit-type']).toBe(
    'UserConcurrentRequests',
  );
  leaving.abort();
  await expect(held).rejects.toThrow();
  await simulator.waitForAbort('primary');
  expect((await client.send(url, chat(), { token: 'a' })).status).toBe(200);
  expect((await client.send(url, chat(), { token: 'a' })).status).toBe(200);
});
