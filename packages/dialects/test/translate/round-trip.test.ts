import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { calls, plainChatRequests, text } from './plain-chat.ts';
import { direction } from './translated.ts';

const chatToMessages = direction('openai-chat', 'anthropic-messages');
const messagesToChat = direction('anthropic-messages', 'openai-chat');
const chat = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };
const messages = { ...chat, max_tokens: 10 };

test('a request told in Messages and back is the same request', () => {
  fc.assert(
    fc.property(plainChatRequests, (request) => {
      expect(messagesToChat.told(chatToMessages.told(request))).toEqual(request);
      expect(chatToMessages.dropped(request)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('a request told in chat and back is the same request', () => {
  fc.assert(
    fc.property(plainChatRequests, (request) => {
      const inMessages = chatToMessages.told(request);
      expect(chatToMessages.told(messagesToChat.told(inMessages))).toEqual(inMessages);
      expect(messagesToChat.dropped(inMessages)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

const count = fc.nat({ max: 1000 });
const chatAnswers = fc
  .record({
    said: text,
    calls,
    thought: fc.option(text),
    cut: fc.boolean(),
    fresh: count,
    cached: count,
    output: count,
    reasoning: count,
  })
  .map(({ said, calls, thought, cut, fresh, cached, output, reasoning }) => ({
    id: 'id',
    object: 'chat.completion',
    created: 1_750_000_000,
    model: 'm',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: said,
          refusal: null,
          ...(thought === null
            ? {}
            : {
                reasoning_content: thought,
                reasoning_details: [
                  {
                    type: 'reasoning.text',
                    text: thought,
                    signature: 's',
                    id: 'holdfast:thought',
                    format: 'anthropic-claude-v1',
                    index: 0,
                  },
                ],
              }),
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: cut ? 'length' : calls.length > 0 ? 'tool_calls' : 'stop',
      },
    ],
    usage: {
      prompt_tokens: fresh + cached,
      completion_tokens: output,
      total_tokens: fresh + cached + output,
      prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: reasoning },
    },
  }));

test('an answer told in Messages and back is the same answer, signed thoughts included', () => {
  fc.assert(
    fc.property(chatAnswers, (answer) => {
      const inMessages = messagesToChat.answered(messages, answer);
      expect(chatToMessages.answered(chat, inMessages)).toEqual(answer);
    }),
    { numRuns: 300 },
  );
});

test('an answer told in chat and back is the same answer', () => {
  fc.assert(
    fc.property(chatAnswers, (answer) => {
      const inMessages = messagesToChat.answered(messages, answer);
      const inChat = chatToMessages.answered(chat, inMessages);
      expect(messagesToChat.answered(messages, inChat)).toEqual(inMessages);
    }),
    { numRuns: 300 },
  );
});
