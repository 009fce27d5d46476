import { describe, expect, test } from '@jest/globals';
import { judgeReply, type Reply, refusesJsonMode } from '../src/tagging/judge-reply.ts';

const CANARY = 'zzcanaryzz';
const context = { text: `A post about ${CANARY} and the sea`, anyLanguage: false, nowMs: 0 };
const judge = (reply: Partial<Reply>, anyLanguage = false) =>
  judgeReply({ status: 200, headers: {}, body: '', ...reply }, { ...context, anyLanguage });
const chat = (content: string | null, more: object = {}) =>
  JSON.stringify({ choices: [{ message: { role: 'assistant', content, ...more }, finish_reason: 'stop' }] });
const error = (code: string | number | null, message = `echo of ${CANARY}`) =>
  JSON.stringify({ error: { message, code, type: 'x' } });

test('a chat completion with tags is a success', () => {
  expect(judge({ body: chat('{"tags": ["sea"]}') })).toEqual({ kind: 'tags', tags: ['sea'] });
});

describe('a 200 that is none is tried again on the same model:', () => {
  test.each([
    ['error in the body', error(502)],
    ['empty body', ''],
    ['HTML', '<html>please log in</html>'],
    ['no choices', '{"choices": []}'],
    ['no message', '{"choices": [{"finish_reason": "stop"}]}'],
    ['empty content', chat('')],
    ['null content', chat(null)],
    ['malformed answer', chat('no tags today')],
  ])('%s', (_name, body) => {
    expect(judge({ body })).toMatchObject({ kind: 'failed', sameModel: true });
  });

  test('canned answer', () => {
    const headers = { 'x-holdfast-fallback': 'canned' };
    expect(judge({ headers, body: chat('{"tags": ["unavailable"]}') })).toMatchObject({ kind: 'failed' });
  });
});

describe('a status', () => {
  test.each([
    [400, 'permanent'],
    [413, 'permanent'],
    [422, 'permanent'],
    [401, 'not_called'],
    [403, 'not_called'],
    [404, 'failed'],
    [408, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
    [502, 'failed'],
    [503, 'failed'],
    [504, 'failed'],
    [302, 'failed'],
  ])('%d makes it %s', (status, kind) => {
    expect(judge({ status, body: error('some_code') }).kind).toBe(kind);
  });

  test('inside a 200 is a failure, whatever it says', () => {
    for (const code of [400, 401, 502, 'weird', null])
      expect(judge({ body: error(code) })).toMatchObject({ kind: 'failed' });
    expect(judge({ body: error(502) })).toMatchObject({ reason: 'error in a 200 502' });
  });

  test('404 is not asked of the same model again', () => {
    expect(judge({ status: 404, body: error('model_not_found') })).toMatchObject({ sameModel: false });
  });
});

describe('what the gateway says in headers is obeyed:', () => {
  test('x-should-retry: false ends the calls to this model', () => {
    expect(judge({ status: 502, headers: { 'x-should-retry': 'false' } })).toMatchObject({
      kind: 'failed',
      sameModel: false,
    });
    expect(judge({ status: 502 })).toMatchObject({ sameModel: true });
  });

  test('but where it asked nobody the same model is asked again later, and the whole line rests', () => {
    const headers = { 'x-should-retry': 'false', 'x-holdfast-attempts': '0', 'retry-after': '3' };
    const reply = { status: 503, headers, body: error('no_endpoint_available') };
    expect(judge(reply)).toMatchObject({
      kind: 'failed',
      sameModel: true,
      unasked: true,
      retryAfterMs: 3000,
    });
  });

  test('retry-after is passed on in milliseconds', () => {
    expect(judge({ status: 503, headers: { 'retry-after': '7' } })).toMatchObject({ retryAfterMs: 7000 });
  });

  test('a limit of this client that resets soon costs the post nothing', () => {
    const headers = { 'retry-after': '12', 'x-holdfast-attempts': '0', 'x-should-retry': 'false' };
    expect(judge({ status: 429, headers, body: error('rate_limited') })).toMatchObject({
      kind: 'not_called',
      retryAfterMs: 12_000,
    });
    expect(judge({ status: 429, headers: { ...headers, 'retry-after': '7200' } })).toMatchObject({
      kind: 'failed',
      retryAfterMs: 7_200_000,
    });
  });
});

describe('a refusal of the text is permanent:', () => {
  test.each([
    [
      'content filter',
      JSON.stringify({ choices: [{ message: { content: '' }, finish_reason: 'content_filter' }] }),
    ],
    ['refusal', chat(null, { refusal: 'I cannot' })],
  ])('%s', (_name, body) => {
    expect(judge({ body })).toMatchObject({ kind: 'permanent' });
  });
});

test('tags in another script are asked for once more, and taken then', () => {
  const text = 'Сегодня гуляли по набережной и пили кофе с друзьями';
  const reply: Reply = { status: 200, headers: {}, body: chat('{"tags": ["walk"]}') };
  expect(judgeReply(reply, { text, anyLanguage: false, nowMs: 0 })).toMatchObject({
    kind: 'failed',
    sameModel: true,
  });
  expect(judgeReply(reply, { text, anyLanguage: true, nowMs: 0 })).toEqual({ kind: 'tags', tags: ['walk'] });
});

test('a reason never repeats what a provider says, which may echo the post; the gateway words its own', () => {
  for (const status of [400, 404, 413, 429, 500, 502]) {
    for (const code of ['context_length_exceeded', null, 123]) {
      expect(JSON.stringify(judge({ status, body: error(code) }))).not.toContain(CANARY);
    }
  }
  const own = judge({
    status: 502,
    body: error('all_attempts_failed', 'All 3 attempts failed: primary 502'),
  });
  expect(own).toMatchObject({ reason: '502 all_attempts_failed: All 3 attempts failed: primary 502' });
});

test('a model without JSON mode is told by its refusal', () => {
  const refusal = (body: object, status = 400): Reply => ({
    status,
    headers: {},
    body: JSON.stringify({ error: body }),
  });
  expect(refusesJsonMode(refusal({ message: 'nope', param: 'response_format' }))).toBe(true);
  expect(refusesJsonMode(refusal({ message: "'response_format' is not supported with this model" }))).toBe(
    true,
  );
  expect(refusesJsonMode(refusal({ message: 'too long', param: 'messages' }))).toBe(false);
  expect(refusesJsonMode(refusal({ message: 'response_format' }, 502))).toBe(false);
});
