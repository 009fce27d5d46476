import { describe, expect, test } from '@jest/globals';
import { translatableTo, translate } from '../../src/translate/translate.ts';
import { direction, target } from './translated.ts';

const chatToMessages = direction('openai-chat', 'anthropic-messages');
const messagesToChat = direction('anthropic-messages', 'openai-chat');

describe('a conversation in text', () => {
  const turns = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
    { role: 'user', content: 'Bye' },
  ];
  const chat = { model: 'gpt', messages: [{ role: 'system', content: 'Be brief.' }, ...turns] };
  const messages = { model: 'claude', max_tokens: 100, system: 'Be brief.', messages: turns };

  test('of chat is told to a Messages endpoint', () => {
    const told = { ...messages, model: 'upstream-model', max_tokens: 8192 };
    expect(chatToMessages.told(chat)).toEqual(told);
  });

  test('of Messages is told to a chat endpoint', () => {
    const told = { ...chat, model: 'upstream-model', max_tokens: 100 };
    expect(messagesToChat.told(messages)).toEqual(told);
  });

  test('has its answer told back to a chat client', () => {
    const answer = {
      id: 'msg_1',
      model: 'claude-x',
      content: [{ type: 'text', text: 'See you' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 3, output_tokens: 2 },
    };
    expect(chatToMessages.answered(chat, answer)).toMatchObject({
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
    expect(messagesToChat.answered(messages, answer)).toMatchObject({
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

test('dialects say which others they can be told in, the best first', () => {
  expect(translatableTo('openai-chat')).toEqual(['anthropic-messages']);
  expect(translatableTo('anthropic-messages')).toEqual(['openai-chat']);
  expect(translatableTo('openai-responses')).toEqual(['openai-chat', 'anthropic-messages']);
  expect(translatableTo('openai-completions')).toEqual(['openai-chat', 'anthropic-messages']);
  expect(translatableTo('openai-embeddings')).toEqual([]);
});

test('what nobody can tell is a mistake of the caller', () => {
  expect(() => translate('openai-embeddings', 'openai-chat', Buffer.from('{}'), target)).toThrow();
  expect(() => translate('openai-chat', 'openai-chat', Buffer.from('{}'), target)).toThrow();
});
