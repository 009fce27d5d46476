import { describe, expect, test } from '@jest/globals';
import { readAnswer } from '../../src/answers/openai-chat.ts';
import { bytes, inShort } from './answer.ts';

const read = (body: unknown) => readAnswer(bytes(body), 'application/json');
const choice = (message: object | null, finish: string | null = 'stop', more: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'm-1',
  choices: [
    {
      index: 0,
      ...(message ? { message: { role: 'assistant', ...message } } : {}),
      finish_reason: finish,
      ...more,
    },
  ],
  usage: { prompt_tokens: 8, completion_tokens: 3, total_tokens: 11 },
});
const call = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } };

test('a good answer tells its model, usage and finish', () => {
  expect(read(choice({ content: 'Hello' }))).toEqual({
    kind: 'ok',
    model: 'm-1',
    usage: { inputTokens: 8, outputTokens: 3 },
    finish: 'stop',
    filtered: false,
  });
});

describe('valid answers pass, odd as they look', () => {
  test.each<[string, unknown]>([
    ['P23 cut at the limit with nothing visible', choice({ content: '' }, 'length')],
    ['P23 by another name', choice({ content: null }, 'max_tokens')],
    ['P25 tool calls, content null', choice({ content: null, tool_calls: [call] }, 'tool_calls')],
    ['P25 tool calls, content "", finish stop', choice({ content: '', tool_calls: [call] })],
    ['P25 the old function call', choice({ content: null, function_call: { name: 'f', arguments: '{' } })],
    ['P30 usage missing', { ...choice({ content: 'x' }), usage: null }],
    [
      'P32 malformed arguments',
      choice({ content: null, tool_calls: [{ ...call, function: { name: 'f', arguments: '{"a":' } }] }),
    ],
    ['finish missing', choice({ content: 'x' }, null)],
    [
      'content in parts',
      choice({
        content: [
          { type: 'thinking', thinking: [] },
          { type: 'text', text: 'x' },
        ],
      }),
    ],
    ['audio', choice({ content: null, audio: { id: 'a', data: '' } })],
    ['images', choice({ content: '', images: [{ type: 'image_url' }] })],
    ['reasoning beside content', choice({ content: 'x', reasoning: 'because' })],
    ['error left empty', { ...choice({ content: 'x' }), error: null }],
    [
      'n = 2, one of them empty',
      {
        ...choice({ content: '' }),
        choices: [...choice({ content: '' }).choices, ...choice({ content: 'x' }).choices],
      },
    ],
    ['padding before the JSON', `\n         \n\n         \n${JSON.stringify(choice({ content: 'x' }))}`],
    ['a byte order mark', `\uFEFF${JSON.stringify(choice({ content: 'x' }))}`],
    [
      'Ollama, whole',
      {
        model: 'm',
        message: { role: 'assistant', content: 'x' },
        done: true,
        done_reason: 'stop',
        eval_count: 3,
      },
    ],
    [
      'Ollama, NDJSON',
      '{"model":"m","message":{"content":"x"},"done":false}\n{"model":"m","message":{"content":""},"done":true}\n',
    ],
  ])('%s', (_name, body) => {
    expect(inShort(read(body))).toBe('ok');
  });
});

describe('P27 a content filter is an answer', () => {
  test.each<[string, unknown]>([
    [
      'without a message',
      choice(null, 'content_filter', { content_filter_results: { hate: { filtered: true } } }),
    ],
    ['with partial content', choice({ content: 'Well,' }, 'content_filter')],
    ['a refusal in words', choice({ content: null, refusal: 'I cannot help with that.' })],
    ['Gemini through a relay', choice({ content: '' }, 'stop', { native_finish_reason: 'SAFETY' })],
  ])('%s', (_name, body) => {
    expect(inShort(read(body))).toBe('filtered');
  });
});

describe('errors inside a 200 are found', () => {
  test.each<[string, unknown, number | null]>([
    ['P21 OpenRouter', { error: { message: 'Internal Server Error', code: 500 }, user_id: 'org_x' }, 500],
    ['P21 beside choices', { ...choice({ content: 'Hal' }), error: { message: 'no', code: 502 } }, 502],
    ['P21 inside a choice', choice({ content: '' }, 'error', { error: { code: 429, message: 'no' } }), 429],
    ['P31 string', { error: 'overloaded' }, null],
    ['P31 flat', { message: 'no', type: 'x', code: 'y' }, null],
    ['P31 vLLM', { object: 'error', message: 'no', code: 400 }, 400],
    ['P31 problem details', { status: 429, title: 'Too Many Requests' }, 429],
    ['P31 FastAPI', { detail: [{ loc: ['body'], msg: 'no' }] }, null],
    ['Google', [{ error: { code: 503, message: 'no' } }], 503],
    ['Cloudflare', { success: false, errors: [{ code: 4006, message: 'no' }], result: null }, null],
    ['Zhipu', { code: 500, msg: '404 NOT_FOUND', success: false }, 500],
    [
      'MiniMax',
      { choices: null, base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
      null,
    ],
    ['Ollama, NDJSON', '{"message":{"content":"x"},"done":false}\n{"error":"out of memory"}\n', null],
  ])('%s', (_name, body, status) => {
    const finding = read(body);
    expect(finding).toMatchObject({ kind: 'error', error: { status } });
  });
});

describe('what is no answer is told apart', () => {
  test.each<[string, unknown, string]>([
    ['P20 a page', '<!DOCTYPE html><html><title>Just a moment...</title>', 'html'],
    ['P22 no body', '', 'empty_body'],
    ['P22 only padding', '\n      \n', 'empty_body'],
    ['P22 null', 'null', 'empty_body'],
    ['P22 choices null', { ...choice(null), choices: null }, 'no_choices'],
    ['P22 choices []', { ...choice(null), choices: [] }, 'no_choices'],
    ['P22 no message', choice(null), 'no_choices'],
    ['P22 an object of nothing', {}, 'no_choices'],
    ['P22 a list', [], 'no_choices'],
    ['P24 empty', choice({ content: '' }), 'empty_content'],
    ['P24 null', choice({ content: null }), 'empty_content'],
    ['P24 white space', choice({ content: ' \n' }), 'empty_content'],
    ['P24 empty tool calls', choice({ content: '', tool_calls: [] }, 'tool_calls'), 'empty_content'],
    [
      'P24 a network error behind it',
      choice({ content: '' }, 'stop', { native_finish_reason: 'network_error' }),
      'empty_content',
    ],
    ['P26 reasoning', choice({ content: '', reasoning: 'hm' }), 'reasoning_only'],
    ['P26 reasoning_content', choice({ content: null, reasoning_content: 'hm' }), 'reasoning_only'],
    [
      'P26 thinking parts',
      choice({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }),
      'reasoning_only',
    ],
    ['P28 partial content', choice({ content: 'Hal' }, 'error'), 'finish_error'],
    [
      'P28 behind a stop',
      choice({ content: 'Hal' }, 'stop', { native_finish_reason: 'network_error' }),
      'finish_error',
    ],
    ['N11 half a document', '{"id":"x","choices":[{"mess', 'truncated'],
    ['N12 NDJSON without its end', '{"message":{"content":"x"},"done":false}\n{"message":{"con', 'truncated'],
    ['Ollama without its end', '{"message":{"content":"x"},"done":false}\n', 'truncated'],
    ['text', 'upstream connect error', 'not_json'],
    ['a JSON text', '"hello"', 'not_json'],
    ['an event stream', 'data: {"choices":[]}\n\n', 'not_json'],
  ])('%s', (_name, body, fault) => {
    expect(inShort(read(body))).toBe(fault);
  });
});

test('a gzip body is no answer', () => {
  expect(inShort(readAnswer(Buffer.from([0x1f, 0x8b, 8, 0, 0]), 'application/json'))).toBe('not_json');
});
