import type { Message, MessageCreateParamsBase } from '@anthropic-ai/sdk/resources/messages';
import { expect, test } from '@jest/globals';
import type { ChatCompletion, ChatCompletionCreateParamsBase } from 'openai/resources/chat/completions';
import type { Completion, CompletionCreateParamsBase } from 'openai/resources/completions';
import type { ResponseCreateParamsBase } from 'openai/resources/responses/responses';
import { writeChatAnswer } from '../../src/translate/answers/write-chat.ts';
import { writeCompletionsAnswer } from '../../src/translate/answers/write-completions.ts';
import { writeMessagesAnswer } from '../../src/translate/answers/write-messages.ts';
import type { Answer, Conversation } from '../../src/translate/conversation.ts';
import { openLedger } from '../../src/translate/ledger.ts';
import { writeChatRequest } from '../../src/translate/requests/write-chat.ts';
import { writeMessagesRequest } from '../../src/translate/requests/write-messages.ts';
import { DIRECTIONS } from '../../src/translate/rules/directions.ts';
import { CHAT_NAMES } from '../../src/translate/rules/names.ts';
import { conversationOf } from './streams/conversation-of.ts';
import { target } from './translated.ts';

/** These assignments are the test: the compiler holds what we write to what the vendors publish. */
const answers: (answer: Answer, request: Conversation) => [ChatCompletion, Completion, Message] = (
  answer,
  request,
) => [
  writeChatAnswer(answer, request),
  writeCompletionsAnswer(answer, request),
  writeMessagesAnswer(answer, request),
];
const requests: (request: Conversation) => [ChatCompletionCreateParamsBase, MessageCreateParamsBase] = (
  request,
) => [
  writeChatRequest(openLedger({}, CHAT_NAMES), request, target),
  writeMessagesRequest(openLedger({}, CHAT_NAMES), request, target),
];

/** Header parameters of the SDK: they are no fields of the body. */
type InHeaders = 'user_profile_id' | 'workspace_id';

/** And every field that the vendors publish has a rule. */
const rules: [
  Record<keyof ChatCompletionCreateParamsBase, unknown>,
  Record<Exclude<keyof MessageCreateParamsBase, InHeaders>, unknown>,
  Record<keyof ResponseCreateParamsBase, unknown>,
  Record<keyof ResponseCreateParamsBase, unknown>,
  Record<keyof CompletionCreateParamsBase, unknown>,
  Record<keyof CompletionCreateParamsBase, unknown>,
] = [
  DIRECTIONS['openai-chat']['anthropic-messages'],
  DIRECTIONS['anthropic-messages']['openai-chat'],
  DIRECTIONS['openai-responses']['openai-chat'],
  DIRECTIONS['openai-responses']['anthropic-messages'],
  DIRECTIONS['openai-completions']['openai-chat'],
  DIRECTIONS['openai-completions']['anthropic-messages'],
];

test('what is written has the published types, and every published field has a rule', () => {
  const answer: Answer = {
    id: null,
    model: null,
    created: null,
    parts: [{ kind: 'text', text: 'Hi' }],
    finish: 'stop',
    stopSequence: null,
    usage: null,
  };
  expect(answers(answer, conversationOf())).toHaveLength(3);
  expect(requests(conversationOf())).toHaveLength(2);
  expect(rules).toHaveLength(6);
});
