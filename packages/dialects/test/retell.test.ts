import { describe, expect, test } from '@jest/globals';
import type { DialectName } from '../src/dialect.ts';
import { dialects } from '../src/dialects.ts';
import { readChunks } from './support/read-chunks.ts';
import { anthropicSdk, openaiSdk } from './support/sdk-clients.ts';
import { chatChunk, done, messageEvent, messagesText, streamSamples } from './support/stream-samples.ts';

const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 };
const head = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 7,
  model: 'm',
  system_fingerprint: null,
};
const toolCalls = [
  { id: 'call_a', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
  { id: 'call_b', type: 'function', function: { name: 'g', arguments: '{}' } },
];
const choice = (message: object, finish_reason: string, index = 0) => ({
  index,
  message: { role: 'assistant', ...message },
  logprobs: null,
  finish_reason,
});

const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 7,
  status: 'completed',
  model: 'm',
  incomplete_details: null,
  output: [
    { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Think.' }] },
    { id: 'fc_1', type: 'function_call', status: 'completed', name: 'f', call_id: 'c', arguments: '{"a":1}' },
    { id: 'ctc_1', type: 'custom_tool_call', status: 'completed', name: 'h', call_id: 'd', input: 'x = 1' },
    { id: 'ws_1', type: 'web_search_call', status: 'completed' },
    {
      id: 'msg_1',
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [
        { type: 'output_text', text: 'Hi "you"\n😀', annotations: [], logprobs: [] },
        { type: 'refusal', refusal: 'But no.' },
      ],
    },
  ],
  usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
};

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-x',
  content: [
    { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
    { type: 'redacted_thinking', data: 'eHl6' },
    { type: 'text', text: 'Hi "you"\n😀', citations: [{ type: 'char_location', cited_text: 'x' }] },
    { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: [1, { b: 'c' }] } },
    { type: 'web_search_tool_result', tool_use_id: 's', content: [{ type: 'web_search_result', url: 'u' }] },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: { input_tokens: 9, cache_read_input_tokens: 2, output_tokens: 5 },
};

const answers: readonly (readonly [string, DialectName, object])[] = [
  [
    'text',
    'openai-chat',
    { ...head, choices: [choice({ content: 'Hi "you"\n😀', refusal: null }, 'stop')], usage },
  ],
  [
    'tool calls',
    'openai-chat',
    { ...head, choices: [choice({ content: null, tool_calls: toolCalls }, 'tool_calls')], usage },
  ],
  [
    'reasoning and a cut',
    'openai-chat',
    { ...head, choices: [choice({ content: 'a', reasoning: 'b' }, 'length')] },
  ],
  [
    'two choices',
    'openai-chat',
    { ...head, choices: [choice({ content: 'a' }, 'stop'), choice({ content: 'b' }, 'stop', 1)], usage },
  ],
  [
    'text',
    'openai-completions',
    {
      ...head,
      object: 'text_completion',
      choices: [{ index: 0, text: 'Hi', logprobs: null, finish_reason: 'stop' }],
      usage,
    },
  ],
  ['everything', 'openai-responses', response],
  [
    'a cut',
    'openai-responses',
    {
      ...response,
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [response.output[4]],
    },
  ],
  ['everything', 'anthropic-messages', message],
  [
    'a cut',
    'anthropic-messages',
    { ...message, content: [{ type: 'text', text: 'Hi' }], stop_reason: 'max_tokens' },
  ],
];

test.each(answers)(
  'S11, S12 %s of %s: told as a stream and back it is the same answer',
  (_, name, answer) => {
    const { answerToStream, streamToAnswer, readAnswer } = dialects[name];
    const body = Buffer.from(JSON.stringify(answer));
    expect(readAnswer(body, 'application/json').kind).toBe('ok');
    const stream = answerToStream(body);
    expect(readChunks(name, [stream])).toMatchObject({
      content: true,
      error: null,
      fault: null,
      finishSeen: true,
      closing: '',
    });
    expect(JSON.parse(streamToAnswer(stream)!.toString())).toEqual(answer);
  },
);

test.each(streamSamples)('S12 $name: told as one answer it is a valid one', ({ dialect, events, finish }) => {
  const { streamToAnswer, readAnswer } = dialects[dialect];
  const finding = readAnswer(streamToAnswer(Buffer.from(events.join('')))!, 'application/json');
  expect(finding).toMatchObject({ kind: 'ok', ...(dialect === 'openai-responses' ? {} : { finish }) });
});

test.each(streamSamples)(
  'S12 $name: cut short, empty or failed it is none',
  ({ dialect, events, incompleteUpTo }) => {
    const { streamToAnswer } = dialects[dialect];
    for (let count = 0; count <= incompleteUpTo; count++) {
      expect(streamToAnswer(Buffer.from(events.slice(0, count).join('')))).toBeNull();
    }
    const error = 'event: error\ndata: {"type":"error","error":{"message":"x"}}\n\n';
    expect(streamToAnswer(Buffer.from(events.toSpliced(-1, 0, error).join('')))).toBeNull();
    expect(streamToAnswer(Buffer.from('{"choices":[]}'))).toBeNull();
  },
);

describe('the official SDKs read the same from a stream and from the answer it was made of', () => {
  const body = (name: DialectName, title: string) =>
    Buffer.from(JSON.stringify(answers.find(([t, n]) => t === title && n === name)![2]));

  test.each(['text', 'tool calls'])('chat, %s', async (title) => {
    const answer = body('openai-chat', title);
    const streamed = await openaiSdk.chatStream(dialects['openai-chat'].answerToStream(answer));
    const whole = await openaiSdk.chat(answer);
    expect(streamed.choices[0]!.message).toMatchObject(whole.choices[0]!.message);
    expect([streamed.choices[0]!.finish_reason, streamed.usage]).toEqual([
      whole.choices[0]!.finish_reason,
      whole.usage,
    ]);
  });

  test('responses', async () => {
    const streamed = await openaiSdk.responseStream(
      dialects['openai-responses'].answerToStream(body('openai-responses', 'everything')),
    );
    expect(streamed).toMatchObject({
      status: 'completed',
      output_text: 'Hi "you"\n😀',
      output: [{ type: 'reasoning' }, { arguments: '{"a":1}' }, {}, {}, {}],
    });
  });

  test('messages', async () => {
    const streamed = await anthropicSdk.messageStream(
      dialects['anthropic-messages'].answerToStream(body('anthropic-messages', 'everything')),
    );
    expect(streamed).toMatchObject(message);
  });
});

describe('streams told as one answer', () => {
  const chat = (...events: string[]) =>
    JSON.parse(dialects['openai-chat'].streamToAnswer(Buffer.from(events.join('')))!.toString());

  test('S13 tool calls out of order and with gaps are put together by index', () => {
    const call = (index: number, fields: object) => chatChunk({ tool_calls: [{ index, ...fields }] });
    const answer = chat(
      call(2, { id: 'c', type: 'function', function: { name: 'late', arguments: '{"x"' } }),
      call(0, { id: 'a', type: 'function', function: { name: 'early', arguments: '' } }),
      call(2, { id: 'c', function: { name: 'late', arguments: ':1}' } }),
      call(0, { function: { arguments: '{}' } }),
      done,
    );
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'early', arguments: '{}' } },
          { id: 'c', type: 'function', function: { name: 'late', arguments: '{"x":1}' } },
        ],
      },
    });
  });

  test('usage and head come from whichever chunk has them', () => {
    const answer = chat(
      chatChunk({ content: 'a' }),
      chatChunk({}, 'stop'),
      `data: ${JSON.stringify({ choices: [], usage })}\n\n`,
      done,
    );
    expect(answer).toMatchObject({
      id: 'chatcmpl-A1',
      object: 'chat.completion',
      model: 'gpt-x-2025',
      usage,
      choices: [{ message: { content: 'a' } }],
    });
  });

  test('S13 the first of two message_start counts, and a broken tool input becomes an empty one', () => {
    const events = [
      messagesText.events[0]!,
      messageEvent({ type: 'message_start', message: { id: 'msg_other', model: 'other' } }),
      messageEvent({
        type: 'content_block_start',
        index: 3,
        content_block: { type: 'tool_use', id: 't', name: 'f', input: {} },
      }),
      messageEvent({
        type: 'content_block_delta',
        index: 3,
        delta: { type: 'input_json_delta', partial_json: '{"a":' },
      }),
      messageEvent({
        type: 'message_delta',
        delta: { stop_reason: 'max_tokens' },
        usage: { output_tokens: 5 },
      }),
      messageEvent({ type: 'message_stop' }),
    ];
    expect(
      JSON.parse(dialects['anthropic-messages'].streamToAnswer(Buffer.from(events.join('')))!.toString()),
    ).toMatchObject({
      id: 'msg_A1',
      content: [{ type: 'tool_use', input: {} }],
      stop_reason: 'max_tokens',
      usage: { input_tokens: 27, output_tokens: 5 },
    });
  });
});
