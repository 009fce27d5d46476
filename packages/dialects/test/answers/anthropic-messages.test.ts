import { describe, expect, test } from '@jest/globals';
import { readAnswer } from '../../src/answers/anthropic-messages.ts';
import { bytes, inShort } from './answer.ts';

const read = (body: unknown) => readAnswer(bytes(body), 'application/json');
const message = (content: unknown, stop: string | null = 'end_turn') => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm-1',
  content,
  stop_reason: stop,
  usage: { input_tokens: 22, output_tokens: 15 },
});
const text = { type: 'text', text: 'Hello' };
const thinking = { type: 'thinking', thinking: 'hm', signature: 's' };

test('a good answer tells its model, usage and finish', () => {
  expect(read(message([thinking, text]))).toEqual({
    kind: 'ok',
    model: 'm-1',
    usage: { inputTokens: 22, outputTokens: 15 },
    finish: 'end_turn',
    filtered: false,
  });
});

describe('every answer is told apart', () => {
  test.each<[string, unknown, string]>([
    ['P25 a tool call', message([{ type: 'tool_use', id: 't', name: 'f', input: {} }], 'tool_use'), 'ok'],
    [
      'a server tool',
      message([{ type: 'server_tool_use', id: 't', name: 'web_search', input: {} }], 'pause_turn'),
      'ok',
    ],
    ['P23 cut at the limit', message([], 'max_tokens'), 'ok'],
    ['P23 cut while thinking', message([thinking], 'max_tokens'), 'ok'],
    ['a stop sequence met at once', message([], 'stop_sequence'), 'ok'],
    ['P30 usage missing', { ...message([text]), usage: undefined }, 'ok'],
    ['P27 a refusal', message([], 'refusal'), 'filtered'],
    ['P21 an error', { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'error'],
    ['P21 an error of a relay', { error: { message: 'no', type: 'new_api_error' } }, 'error'],
    ['P31 flat', { detail: 'no' }, 'error'],
    ['P24 no blocks', message([]), 'empty_content'],
    ['P24 an empty block', message([{ type: 'text', text: '' }]), 'empty_content'],
    ['P26 thinking only', message([thinking]), 'reasoning_only'],
    ['P28', message([text], 'error'), 'finish_error'],
    ['P22 content null', message(null), 'no_choices'],
    ['P22 another dialect', { object: 'chat.completion', choices: [] }, 'no_choices'],
    ['P20', '<html></html>', 'html'],
    ['N11', '{"id":"msg_1","content":[{"ty', 'truncated'],
    ['P22 nothing', '', 'empty_body'],
  ])('%s', (_name, body, expected) => {
    expect(inShort(read(body))).toBe(expected);
  });
});
