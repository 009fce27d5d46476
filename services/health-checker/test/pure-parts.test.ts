import { describe, expect, test } from '@jest/globals';
import { chatQuestion, echoes, randomCode } from '../src/probe/chat-question.ts';
import { chatText } from '../src/probe/chat-text.ts';
import { readModelList } from '../src/probe/model-list.ts';
import { isSameModel, mayChat } from '../src/probe/model-names.ts';
import { recheckPause } from '../src/recheck-pause.ts';
import { type SkipInput, skipReason } from '../src/skip-reason.ts';
import type { Target } from '../src/target.ts';

describe('the question', () => {
  test('holds a code that changes every time and leaves room for reasoning', () => {
    const codes = new Set(Array.from({ length: 100 }, () => randomCode(Math.random)));
    expect(codes.size).toBe(100);
    const [code] = codes;
    expect(code).toMatch(/^[A-Z2-9]{8}$/);
    expect(JSON.parse(chatQuestion('openai', 'gpt-4o', code!))).toEqual({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: expect.stringContaining(code!) }],
      max_tokens: 1024,
    });
    expect(JSON.parse(chatQuestion('anthropic', 'claude', code!, 'max_completion_tokens'))).toHaveProperty(
      'max_tokens',
    );
  });

  test.each([
    ['K7M2QXRA', true],
    ['Sure! The code is "k7m2-qxra".', true],
    ['**K7M2 QXRA**', true],
    ['K7M2QXR', false],
    ['Our service is temporarily unavailable.', false],
    ['', false],
  ])('%j echoes the code: %s', (text, expected) => {
    expect(echoes(text, 'K7M2QXRA')).toBe(expected);
  });

  test('the text is found in either protocol, whole or in parts, without the reasoning', () => {
    const text = (protocol: 'openai' | 'anthropic', body: unknown) =>
      chatText(protocol, Buffer.from(JSON.stringify(body)));
    expect(text('openai', { choices: [{ message: { content: 'A', reasoning_content: 'R' } }] })).toBe('A');
    expect(
      text('openai', {
        choices: [
          {
            message: {
              content: [
                { type: 'text', text: 'A' },
                { type: 'text', text: 'B' },
              ],
            },
          },
        ],
      }),
    ).toBe('AB');
    expect(
      text('anthropic', {
        content: [
          { type: 'thinking', thinking: 'R' },
          { type: 'text', text: 'A' },
        ],
      }),
    ).toBe('A');
    expect(text('openai', { choices: [] })).toBe('');
    expect(chatText('openai', Buffer.from('not json'))).toBe('');
  });
});

describe('models', () => {
  test.each<[string, unknown, string[] | null]>([
    ['OpenAI, Anthropic', { object: 'list', data: [{ id: 'a' }, { id: 'b' }] }, ['a', 'b']],
    ['GitHub Models', [{ id: 'openai/gpt-4o', name: 'GPT-4o' }], ['openai/gpt-4o']],
    ['Ollama, Google', { models: [{ name: 'llama3:8b' }] }, ['llama3:8b']],
    ['empty', { data: [] }, []],
    [
      'names that are none',
      { data: [{ id: 7 }, null, { id: '' }, { id: 'x'.repeat(500) }, { id: 'ok' }] },
      ['ok'],
    ],
    ['a chat answer', { choices: [{ message: { content: 'hi' } }] }, null],
    ['a text', 'hello', null],
  ])('the list of %s is read', (_name, body, expected) => {
    expect(readModelList(Buffer.from(JSON.stringify(body)))).toEqual(expected);
  });

  test('a page is no list', () => {
    expect(readModelList(Buffer.from('<html></html>'))).toBeNull();
  });

  test.each([
    ['gpt-4o', 'gpt-4o-2024-08-06', true],
    ['openai/gpt-4o', 'gpt-4o', true],
    ['claude-sonnet-4-5-latest', 'claude-sonnet-4-5-20250929', true],
    ['deepseek/deepseek-r1:free', 'deepseek-r1', true],
    ['gpt-4o', 'gpt-3.5-turbo', false],
    ['claude-opus-4-5', 'claude-haiku-4-5', false],
  ])('asked for %s, answered by %s: same %s', (asked, answered, same) => {
    expect(isSameModel(asked, answered)).toBe(same);
  });

  test('models that cannot chat are told by their names', () => {
    expect(
      ['text-embedding-3-small', 'whisper-1', 'gpt-image-1', 'omni-moderation-latest'].filter(mayChat),
    ).toEqual([]);
    expect(['gpt-4o', 'claude-opus-4-5', 'llama3:8b'].filter(mayChat)).toHaveLength(3);
  });
});

describe('the failure queue', () => {
  const input = { intervalMs: 60_000, first: false, lastingChecks: 0, restMs: null, random: 0.5 };
  test.each<[string, Partial<typeof input> | { restMs: number }, number]>([
    ['what may heal any moment is checked once per interval', {}, 60_000],
    ['the first check comes at a moment of chance within it', { first: true, random: 0 }, 30_000],
    ['... and never later than it', { first: true, random: 0.999 }, 59_970],
    ['what a person must mend is checked at the interval first', { lastingChecks: 1 }, 60_000],
    ['... then ever more rarely', { lastingChecks: 3 }, 240_000],
    ['... up to an hour', { lastingChecks: 50 }, 3_600_000],
    ['the provider’s word is kept', { restMs: 500_000 }, 500_000],
    ['... up to a day', { restMs: 10 ** 12 }, 86_400_000],
  ])('%s', (_name, change, expected) => {
    expect(recheckPause({ ...input, ...change })).toBeCloseTo(expected, -2);
  });
});

describe('a scheduled probe is saved', () => {
  const nowMs = 1_000_000;
  const record = {
    at: nowMs - 5_000,
    window_ms: 10_000,
    ok: 20,
    failed: 1,
    last_success_at: nowMs - 6_000,
    latency_ms: 100,
    latency_spread_ms: 10,
  };
  const target = { kind: 'auto', metered: false } as Target;
  const input: SkipInput = {
    target,
    health: { kind: 'up', reason: null, against: 0 },
    queued: false,
    traffic: [],
    restUntilMs: 0,
    capped: false,
    nowMs,
  };
  test.each<[string, Partial<SkipInput>, string | null]>([
    ['not when nothing speaks for the endpoint', {}, null],
    ['when it is never to be probed', { target: { ...target, kind: 'none' } }, 'disabled'],
    ['when it waits in the failure queue', { queued: true }, 'queued'],
    ['while the provider wants to be left alone', { restUntilMs: nowMs + 1 }, 'resting'],
    ['when real requests have just succeeded', { traffic: [record] }, 'fresh_traffic'],
    ['not when they succeeded long ago', { traffic: [{ ...record, at: nowMs - 70_000 }] }, null],
    [
      'not when a gateway reports without a success',
      { traffic: [{ ...record, ok: 0, last_success_at: null }] },
      null,
    ],
    [
      'not when many of them failed, at any gateway',
      { traffic: [record, { ...record, ok: 0, failed: 10 }] },
      null,
    ],
    [
      'not when it is down: traffic is elsewhere then',
      { traffic: [record], health: { kind: 'down', reason: null, against: 0 } },
      null,
    ],
    [
      'when a chat would take from a day quota',
      { target: { ...target, kind: 'chat', metered: true } },
      'metered',
    ],
    ['not when there is a free list instead', { target: { ...target, metered: true } }, null],
    [
      'when the day’s cap is reached and only a chat would do',
      { target: { ...target, kind: 'chat' }, capped: true },
      'token_cap',
    ],
    ['not when there is a free list for that', { capped: true }, null],
  ])('%s', (_name, change, expected) => {
    expect(skipReason({ ...input, ...change })).toBe(expected);
  });
});
