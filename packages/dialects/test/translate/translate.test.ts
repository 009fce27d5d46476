import { describe, expect, test } from '@jest/globals';
import type { DialectName } from '../../src/dialect.ts';
import { translatableTo, translate } from '../../src/translate/translate.ts';
import type { Target, Translation } from '../../src/translate/translation.ts';

const target: Target = { model: 'upstream-model', maxOutput: null, askedAt: 1_750_000_000 };

function translated(from: DialectName, to: DialectName, request: object): Translation {
  const result = translate(from, to, Buffer.from(JSON.stringify(request)), target);
  if (result.kind === 'refused') throw new Error(result.message);
  return result.translation;
}

const told = (from: DialectName, to: DialectName, request: object): unknown =>
  JSON.parse(translated(from, to, request).body.toString());
const answered = (from: DialectName, to: DialectName, request: object, answer: object): unknown =>
  JSON.parse(
    translated(from, to, request)
      .answer(Buffer.from(JSON.stringify(answer)))
      .toString(),
  );

describe('a conversation in text', () => {
  const chat = {
    model: 'gpt',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'Bye' },
    ],
  };
  const messages = {
    model: 'claude',
    max_tokens: 100,
    system: 'Be brief.',
    messages: [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'Bye' },
    ],
  };

  test('of chat is told to a Messages endpoint', () => {
    expect(told('openai-chat', 'anthropic-messages', chat)).toEqual({
      ...messages,
      model: 'upstream-model',
      max_tokens: 8192,
    });
  });

  test('of Messages is told to a chat endpoint', () => {
    expect(told('anthropic-messages', 'openai-chat', messages)).toEqual({
      ...chat,
      model: 'upstream-model',
      max_tokens: 100,
    });
  });

  test('has its answer told back to a chat client', () => {
    const answer = {
      id: 'msg_1',
      model: 'claude-x',
      content: [{ type: 'text', text: 'See you' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 3, output_tokens: 2 },
    };
    expect(answered('openai-chat', 'anthropic-messages', chat, answer)).toMatchObject({
      id: 'msg_1',
      object: 'chat.completion',
      created: 1_750_000_000,
      model: 'claude-x',
      choices: [{ message: { role: 'assistant', content: 'See you' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    });
  });

  test('has its answer told back to a Messages client', () => {
    const answer = {
      id: 'chatcmpl-1',
      model: 'gpt-x',
      choices: [{ message: { role: 'assistant', content: 'See you' }, finish_reason: 'length' }],
      usage: { prompt_tokens: 3, completion_tokens: 2 },
    };
    expect(answered('anthropic-messages', 'openai-chat', messages, answer)).toMatchObject({
      id: 'chatcmpl-1',
      type: 'message',
      role: 'assistant',
      model: 'gpt-x',
      content: [{ type: 'text', text: 'See you' }],
      stop_reason: 'max_tokens',
      usage: { input_tokens: 3, output_tokens: 2 },
    });
  });
});

test('dialects that cannot be told in any other say so', () => {
  expect(translatableTo('openai-chat')).toEqual(['anthropic-messages']);
  expect(translatableTo('anthropic-messages')).toEqual(['openai-chat']);
  expect(translatableTo('openai-responses')).toEqual(['openai-chat', 'anthropic-messages']);
  expect(translatableTo('openai-completions')).toEqual(['openai-chat', 'anthropic-messages']);
  expect(translatableTo('openai-embeddings')).toEqual([]);
});
