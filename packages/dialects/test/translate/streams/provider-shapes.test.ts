import { describe, expect, test } from '@jest/globals';
import type { DialectName } from '../../../src/dialect.ts';
import type { Conversation, Tool } from '../../../src/translate/conversation.ts';
import { chatChunk, done, messageEvent } from '../../support/stream-samples.ts';
import { heardIn } from './heard.ts';
import { told } from './translated.ts';

const heard = (
  from: DialectName,
  to: DialectName,
  events: readonly string[],
  request?: Partial<Conversation>,
) => heardIn(from, told(from, to, events, request).body);
const fromChat = (events: readonly string[]) => heard('anthropic-messages', 'openai-chat', events);
const call = (fields: object) => chatChunk({ tool_calls: [fields] });
const data = (document: object) => `data: ${JSON.stringify(document)}\n\n`;
const message = (fields: object = {}) =>
  messageEvent({
    type: 'message_start',
    message: { id: 'msg_1', model: 'claude-x', content: [], ...fields },
  });
const begin = (index: number, content_block: object) =>
  messageEvent({ type: 'content_block_start', index, content_block });
const delta = (index: number, fields: object) =>
  messageEvent({ type: 'content_block_delta', index, delta: fields });
const stop = (index: number) => messageEvent({ type: 'content_block_stop', index });
const finish = (stop_reason: string, more: object = {}, usage: object = {}) =>
  messageEvent({ type: 'message_delta', delta: { stop_reason, ...more }, usage });
const end = messageEvent({ type: 'message_stop' });

describe('what chat servers send, told to a Messages client', () => {
  test('the old function_call is a tool call', () => {
    const answer = fromChat([
      chatChunk({ function_call: { name: 'weather', arguments: '' } }),
      chatChunk({ function_call: { arguments: '{"city":"Oslo"}' } }),
      chatChunk({}, 'function_call'),
      done,
    ]);
    expect(answer).toMatchObject({
      calls: [{ id: expect.stringMatching(/^call_\w+$/), name: 'weather', input: { city: 'Oslo' } }],
      finish: 'tool_use',
    });
  });

  test('calls without index or id, their arguments an object', () => {
    const { calls } = fromChat([
      call({ function: { name: 'weather', arguments: { city: 'Oslo' } } }),
      chatChunk({}, 'stop'),
      done,
    ])!;
    expect(calls).toEqual([
      { id: expect.stringMatching(/^[\w-]{1,40}$/), name: 'weather', input: { city: 'Oslo' } },
    ]);
  });

  test('calls that all have the index 0 and ids of their own', () => {
    const { calls } = fromChat([
      call({ index: 0, id: 'a', function: { name: 'one', arguments: '{"x":1}' } }),
      call({ index: 0, id: 'b', function: { name: 'two', arguments: '{"y":2}' } }),
      chatChunk({}, 'tool_calls'),
      done,
    ])!;
    expect(calls).toEqual([
      { id: 'a', name: 'one', input: { x: 1 } },
      { id: 'b', name: 'two', input: { y: 2 } },
    ]);
  });

  test('a call without arguments gets an empty input', () => {
    const { calls } = fromChat([
      call({ index: 0, id: 'a', function: { name: 'now' } }),
      chatChunk({}, 'tool_calls'),
      done,
    ])!;
    expect(calls).toEqual([{ id: 'a', name: 'now', input: {} }]);
  });

  test('stop, or no finish at all (S04), behind a call means a call; behind a refusal a refusal', () => {
    const called = call({ index: 0, id: 'a', function: { name: 'now', arguments: '{}' } });
    expect(fromChat([called, chatChunk({}, 'stop'), done])!.finish).toBe('tool_use');
    expect(fromChat([called, done])!.finish).toBe('tool_use');
    expect(fromChat([chatChunk({ content: 'Hi' }), done])!.finish).toBe('end_turn');
    expect(fromChat([chatChunk({ refusal: 'No.' }), chatChunk({}, 'stop'), done])!.finish).toBe('refusal');
  });

  test('S14 the limit inside a call stays the limit', () => {
    const { body } = told('anthropic-messages', 'openai-chat', [
      call({ index: 0, id: 'a', function: { name: 'now', arguments: '{"x' } }),
      chatChunk({}, 'length'),
      done,
    ]);
    expect(body.toString()).toContain('"stop_reason":"max_tokens"');
  });

  test('the sequence it stopped at', () => {
    const chunk = data({ choices: [{ index: 0, delta: {}, finish_reason: 'stop', stop_reason: 'END' }] });
    const { body } = told('anthropic-messages', 'openai-chat', [chatChunk({ content: 'Hi' }), chunk, done]);
    expect(body.toString()).toContain('{"stop_reason":"stop_sequence","stop_sequence":"END"}');
  });

  test.each([
    ['with the finish', [chatChunk({}, 'stop', { usage: { prompt_tokens: 3, completion_tokens: 4 } })]],
    ['in x_groq', [chatChunk({}, 'stop', { x_groq: { usage: { prompt_tokens: 3, completion_tokens: 4 } } })]],
    [
      'behind the finish',
      [chatChunk({}, 'stop'), data({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } })],
    ],
  ])('usage %s', (_, ending) => {
    expect(fromChat([chatChunk({ content: 'Hi' }), ...ending, done])!.usage).toEqual({
      input: 3,
      output: 4,
      cached: 0,
    });
  });

  test('reasoning in each of its fields, and no text of it twice', () => {
    const deltas = [
      { reasoning_content: 'So. ' },
      { reasoning: 'Well. ' },
      { reasoning: 'Hm. ', reasoning_details: [{ type: 'reasoning.text', text: 'Hm. ' }] },
      { reasoning: 'Ah. ', reasoning_details: [{ type: 'reasoning.summary', summary: 'Ah. ' }] },
      { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Oh.' }] }] },
      { content: [{ type: 'text', text: 'Forty-two' }] },
    ];
    const answer = fromChat([...deltas.map((fields) => chatChunk(fields)), chatChunk({}, 'stop'), done]);
    expect(answer).toMatchObject({ reasoning: 'So. Well. Hm. Ah. Oh.', text: 'Forty-two' });
  });

  test('signed and sealed reasoning of Anthropic through a router; of other vendors only what can be read', () => {
    const thought = (fields: object) => chatChunk({ reasoning_details: [fields] });
    const claude = { format: 'anthropic-claude-v1', index: 0 };
    const { body } = told('anthropic-messages', 'openai-chat', [
      thought({ ...claude, type: 'reasoning.text', text: 'Hm' }),
      thought({ ...claude, type: 'reasoning.text', signature: 'sig==' }),
      thought({ ...claude, type: 'reasoning.encrypted', data: 'sealed==', index: 1 }),
      thought({ format: 'openai-responses-v1', type: 'reasoning.encrypted', data: 'other==' }),
      chatChunk({ content: 'Hi' }),
      chatChunk({}, 'stop'),
      done,
    ]);
    const blocks = /"type":"(?:thinking_delta|signature_delta|redacted_thinking|text_delta)","\w+":"[^"]*"/g;
    expect(body.toString().match(blocks)).toEqual([
      '"type":"thinking_delta","thinking":"Hm"',
      '"type":"signature_delta","signature":"sig=="',
      '"type":"redacted_thinking","data":"sealed=="',
      '"type":"text_delta","text":"Hi"',
    ]);
    expect(body.toString()).not.toContain('other==');
  });

  test('only the first of several choices', () => {
    const other = data({ choices: [{ index: 1, delta: { content: 'Other' }, finish_reason: 'length' }] });
    expect(fromChat([chatChunk({ content: 'First' }), other, chatChunk({}, 'stop'), done])).toMatchObject({
      text: 'First',
      finish: 'end_turn',
    });
  });

  test('comments stay comments', () => {
    const { body } = told('anthropic-messages', 'openai-chat', [
      ': PROCESSING\n\n',
      chatChunk({ content: 'Hi' }),
      ': still there\n\n',
      chatChunk({}, 'stop'),
      done,
    ]);
    expect(body.toString().match(/^:.*$/gm)).toEqual([': PROCESSING', ': still there']);
  });

  test('a call is told as it comes, also the second, once the first is whole', () => {
    const { steps } = told('anthropic-messages', 'openai-chat', [
      call({ index: 0, id: 'a', function: { name: 'one', arguments: '{"x":1}' } }),
      call({ index: 1, id: 'b', function: { name: 'two', arguments: '' } }),
      call({ index: 1, function: { arguments: '{"y":' } }),
      call({ index: 1, function: { arguments: '2}' } }),
      chatChunk({}, 'tool_calls'),
      done,
    ]);
    expect(steps.map(({ bytes }) => /partial_json":"(.*)"/.exec(String(bytes))?.[1] ?? '')).toEqual([
      '{\\"x\\":1}',
      '',
      '{\\"y\\":',
      '2}',
      '',
      '',
      '',
    ]);
  });

  test('a call that comes amid the first is content only when the client sees it', () => {
    const { steps } = told('anthropic-messages', 'openai-chat', [
      call({ index: 0, id: 'a', function: { name: 'one', arguments: '{"x":' } }),
      call({ index: 1, id: 'b', function: { name: 'two', arguments: '{}' } }),
      call({ index: 0, function: { arguments: '1}' } }),
      chatChunk({}, 'tool_calls'),
      done,
    ]);
    expect(steps.map(({ content, bytes }) => [content, bytes !== null])).toEqual([
      [true, true],
      [false, false],
      [true, true],
      [false, false],
      [false, true], // the end of its block
      [false, false],
    ]);
  });
});

describe('what Messages servers send, told to a chat client', () => {
  const fromMessages = (events: readonly string[], request?: Partial<Conversation>) =>
    heard('openai-chat', 'anthropic-messages', events, request);

  test('a tool input whole in the start of its block, and one that never comes', () => {
    const { calls } = fromMessages([
      message(),
      begin(0, { type: 'tool_use', id: 'a', name: 'one', input: { x: 1 } }),
      stop(0),
      begin(1, { type: 'tool_use', id: 'b', name: 'two', input: {} }),
      stop(1),
      finish('tool_use'),
      end,
    ])!;
    expect(calls).toEqual([
      { id: 'a', name: 'one', input: { x: 1 } },
      { id: 'b', name: 'two', input: {} },
    ]);
  });

  test('S13 no message_start or a second one, blocks that never stop or were never begun', () => {
    const answer = fromMessages([
      delta(0, { type: 'text_delta', text: 'Hi' }),
      message({ id: 'msg_late' }),
      begin(1, { type: 'tool_use', id: 'a', name: 'one', input: {} }),
      delta(1, { type: 'input_json_delta', partial_json: '{"x":1}' }),
      message(),
      finish('tool_use'),
      end,
    ]);
    expect(answer).toMatchObject({ text: 'Hi', calls: [{ id: 'a', input: { x: 1 } }], finish: 'tool_calls' });
  });

  test('citations and blocks of server tools are left out, the text around them is not', () => {
    const answer = fromMessages([
      message(),
      begin(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"query":"x"}' }),
      stop(0),
      begin(1, { type: 'web_search_tool_result', tool_use_id: 's', content: [] }),
      stop(1),
      begin(2, { type: 'text', text: '' }),
      delta(2, { type: 'text_delta', text: 'It is ' }),
      delta(2, { type: 'citations_delta', citation: { type: 'char_location' } }),
      stop(2),
      begin(3, { type: 'text', text: 'so.' }),
      stop(3),
      finish('end_turn'),
      end,
    ]);
    expect(answer).toMatchObject({ text: 'It is so.', calls: [], finish: 'stop' });
  });

  test('redacted thinking, and thinking that shows only its signature', () => {
    const { body } = told('openai-chat', 'anthropic-messages', [
      message(),
      begin(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'signature_delta', signature: 'sig==' }),
      stop(0),
      begin(1, { type: 'redacted_thinking', data: 'sealed==' }),
      stop(1),
      begin(2, { type: 'text', text: 'Hi' }),
      stop(2),
      finish('end_turn'),
      end,
    ]);
    expect(body.toString().match(/"reasoning_details":\[.*?\]/g)).toEqual([
      '"reasoning_details":[{"type":"reasoning.text","text":"","signature":"sig==","id":"holdfast:thought","format":"anthropic-claude-v1","index":0}]',
      '"reasoning_details":[{"type":"reasoning.encrypted","data":"sealed==","id":"holdfast:thought","format":"anthropic-claude-v1","index":1}]',
    ]);
  });

  test('why the model refuses', () => {
    const details = { type: 'refusal', category: null, explanation: 'Not that.' };
    const events = [message(), finish('refusal', { stop_details: details }), end];
    expect(fromMessages(events)).toMatchObject({ refusal: 'Not that.', finish: 'content_filter' });
  });

  test('counts that are spread over the events, the cache among them', () => {
    const { body } = told(
      'openai-chat',
      'anthropic-messages',
      [
        message({ usage: { input_tokens: 5, cache_read_input_tokens: 20, cache_creation_input_tokens: 3 } }),
        delta(0, { type: 'text_delta', text: 'Hi' }),
        finish('end_turn', {}, { output_tokens: 9, output_tokens_details: { thinking_tokens: 4 } }),
        end,
      ],
      { includeUsage: true },
    );
    expect(body.toString()).toContain(
      '"choices":[],"usage":{"prompt_tokens":28,"completion_tokens":9,"total_tokens":37,"prompt_tokens_details":{"cached_tokens":20,"cache_write_tokens":3},"completion_tokens_details":{"reasoning_tokens":4}}',
    );
  });

  const calling = [
    message(),
    ...['one', 'two'].flatMap((name, index) => [
      begin(index, { type: 'tool_use', id: name, name, input: {} }),
      delta(index, { type: 'input_json_delta', partial_json: '{"input":' }),
      delta(index, { type: 'input_json_delta', partial_json: '"a\\nb"}' }),
      stop(index),
    ]),
    finish('tool_use'),
    end,
  ];

  test('a client from before the tools gets one function call', () => {
    const { body } = told('openai-chat', 'anthropic-messages', calling, { functionsOnly: true });
    const answer = JSON.parse(body.toString().split('\n\n')[1]!.slice('data: '.length));
    expect(answer.choices[0].delta).toEqual({ function_call: { name: 'one', arguments: '' } });
    expect(body.toString()).toContain('"finish_reason":"function_call"');
    expect(body.toString()).not.toContain('two');
  });

  test('a custom tool of the client gets its text', () => {
    const tool: Tool = { name: 'one', description: null, schema: {}, strict: null, custom: true };
    const chat = told('openai-chat', 'anthropic-messages', calling, { tools: [tool] }).body.toString();
    expect(chat).toContain('"tool_calls":[{"index":0,"custom":{"input":"a\\nb"}}]');
    const response = told('openai-responses', 'anthropic-messages', calling, {
      tools: [tool],
    }).body.toString();
    expect(response).toContain(
      '"type":"custom_tool_call","status":"completed","call_id":"one","name":"one","input":"a\\nb"',
    );
  });

  test('a response that was cut says so of itself and of its last item', () => {
    const { body } = told('openai-responses', 'anthropic-messages', [
      message(),
      begin(0, { type: 'tool_use', id: 'a', name: 'one', input: {} }),
      delta(0, { type: 'input_json_delta', partial_json: '{"x' }),
      finish('max_tokens'),
      end,
    ]);
    const last = JSON.parse(body.toString().trimEnd().split('data: ').at(-1)!);
    expect(last).toMatchObject({
      type: 'response.incomplete',
      response: {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [{ type: 'function_call', status: 'incomplete', arguments: '{"x' }],
      },
    });
  });
});

test('what no stream can be told in is a mistake of the program', () => {
  expect(() => told('openai-embeddings', 'openai-chat', [])).toThrow('No stream of openai-chat');
  expect(() => told('openai-chat', 'openai-images', [])).toThrow('No stream of openai-images');
});
