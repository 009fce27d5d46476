import { describe, expect, test } from '@jest/globals';
import { readChunks } from './support/read-chunks.ts';
import { messageEvent } from './support/stream-samples.ts';

describe('openai-responses', () => {
  const read = (...events: { type: string; [key: string]: unknown }[]) =>
    readChunks('openai-responses', events.map(messageEvent));
  const created = {
    type: 'response.created',
    response: { model: 'gpt-x', status: 'in_progress', output: [] },
  };
  const text = { type: 'response.output_text.delta', delta: 'Hi' };
  const completed = (output: object[], more: object = {}) => ({
    type: 'response.completed',
    response: { status: 'completed', output, ...more },
  });
  const message = { type: 'message', content: [{ type: 'output_text', text: 'Hi' }] };

  test.each([
    ['text', text],
    ['a refusal', { type: 'response.refusal.delta', delta: 'no' }],
    ['a summary of reasoning', { type: 'response.reasoning_summary_text.delta', delta: 'hm' }],
    ['arguments of a function', { type: 'response.function_call_arguments.delta', delta: '{' }],
    [
      'the start of a function call',
      { type: 'response.output_item.added', item: { type: 'function_call', name: 'f', arguments: '' } },
    ],
    ['the work of a tool', { type: 'response.web_search_call.searching', item_id: 'ws_1' }],
  ])('content is %s', (_, event) => {
    expect(readChunks('openai-responses', [messageEvent(event)], false).content).toBe(true);
  });

  test.each([
    [
      'the start of a message',
      { type: 'response.output_item.added', item: { type: 'message', content: [] } },
    ],
    [
      'the start of a reasoning',
      { type: 'response.output_item.added', item: { type: 'reasoning', summary: [] } },
    ],
    ['the start of a part', { type: 'response.content_part.added', part: { type: 'output_text', text: '' } }],
    ['created', created],
    ['an empty delta', { type: 'response.output_text.delta', delta: '' }],
    ['keep-alive', { type: 'keepalive', sequence_number: 3 }],
  ])('content is not %s', (_, event) => {
    const reading = readChunks('openai-responses', [messageEvent(event)], false);
    expect([reading.content, reading.bytes.toString()]).toEqual([false, messageEvent(event)]);
  });

  test.each([
    [
      'response.failed',
      {
        type: 'response.failed',
        response: { status: 'failed', error: { code: 'server_error', message: 'broke' } },
      },
    ],
    ['error, flat', { type: 'error', code: 'server_error', message: 'broke', param: null }],
    ['error, nested', { type: 'error', error: { code: 'server_error', message: 'broke' } }],
  ])('%s is an error', (_, event) => {
    const reading = read(created, text, event);
    expect(reading.error).toMatchObject({ code: 'server_error', message: 'broke' });
    expect([reading.terminator, reading.closing]).toEqual([null, '']);
  });

  test('response.completed is finish and terminator, and tells the usage', () => {
    const end = completed([message], { usage: { input_tokens: 3, output_tokens: 4 } });
    expect(read(created, text, end)).toMatchObject({
      fault: null,
      finish: 'completed',
      terminator: messageEvent(end),
      usage: { inputTokens: 3, outputTokens: 4 },
      closing: '',
    });
  });

  test('response.incomplete is a valid end, also without content', () => {
    const end = {
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [] },
    };
    expect(read(created, end)).toMatchObject({ fault: null, finish: 'max_output_tokens', content: false });
  });

  test('a server that sends nothing but response.completed has answered, if there is something in it', () => {
    expect(read(completed([message]))).toMatchObject({ fault: null, content: false, contentSeen: true });
    expect(read(created, completed([]))).toMatchObject({ fault: 'empty_content', terminator: null });
    expect(
      read(created, completed([{ type: 'message', content: [{ type: 'output_text', text: ' ' }] }])),
    ).toMatchObject({ fault: 'empty_content' });
  });

  test('without its last event the stream is cut short, [DONE] or not', () => {
    const cut = readChunks('openai-responses', [
      messageEvent(created),
      messageEvent(text),
      'data: [DONE]\n\n',
    ]);
    expect(cut).toMatchObject({ fault: 'truncated', closing: '' });
  });
});

describe('openai-completions', () => {
  const chunk = (text: string, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ id: 'cmpl-1', object: 'text_completion', created: 7, model: 'm', choices: [{ index: 0, text, finish_reason }] })}\n\n`;
  const done = 'data: [DONE]\n\n';
  const read = (...chunks: string[]) => readChunks('openai-completions', chunks);

  test('S04 a missing finish is made up in the shape of the stream', () => {
    const { closing, fault } = read(chunk('a'), done);
    expect(fault).toBeNull();
    expect(JSON.parse(closing.slice(6))).toEqual({
      id: 'cmpl-1',
      object: 'text_completion',
      created: 7,
      model: 'm',
      choices: [{ index: 0, text: '', logprobs: null, finish_reason: 'stop' }],
    });
  });

  test('S03 a missing [DONE] is supplied', () => {
    expect(read(chunk('a'), chunk('', 'stop'))).toMatchObject({ fault: null, closing: done });
  });

  test('P24 a stop without a word is empty, P23 length is not', () => {
    expect(read(chunk(''), chunk('', 'stop'), done).fault).toBe('empty_content');
    expect(read(chunk(''), chunk('', 'length'), done).fault).toBeNull();
  });

  test('an error is found', () => {
    expect(read(chunk('a'), 'data: {"error":{"message":"x"}}\n\n').error).toMatchObject({ message: 'x' });
  });
});
