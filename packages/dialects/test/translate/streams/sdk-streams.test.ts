import { describe, expect, test } from '@jest/globals';
import { anthropicSdk, openaiSdk } from '../../support/sdk-clients.ts';
import { chatChunk, done, streamSamples } from '../../support/stream-samples.ts';
import { told } from './translated.ts';

const sample = (name: string) => streamSamples.find((one) => one.name.startsWith(name))!;

describe('the Anthropic SDK reads the stream of a chat endpoint', () => {
  const read = (events: readonly string[]) =>
    anthropicSdk.messageStream(told('anthropic-messages', 'openai-chat', events).body);

  test('text and usage', async () => {
    const message = await read(sample('chat, text').events);
    expect(message).toMatchObject({
      model: 'gpt-x-2025',
      role: 'assistant',
      content: [{ type: 'text', text: 'Hi there!\n "ça" \\ 中文😀 \u2028 done' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 7 },
    });
  });

  test('parallel tool calls', async () => {
    const message = await read(sample('chat, two').events);
    expect(message.content).toEqual([
      { type: 'tool_use', id: 'call_a', name: 'weather', input: { city: 'Seattle' } },
      { type: 'tool_use', id: 'call_b', name: 'weather', input: {} },
    ]);
    expect(message.stop_reason).toBe('tool_use');
  });

  test('reasoning, and the comments of a router in between', async () => {
    const message = await read(sample('chat through').events);
    expect(message.content).toMatchObject([
      { type: 'thinking', thinking: 'We need' },
      { type: 'text', text: 'Paris' },
    ]);
  });

  test('S13 interleaved calls with gaps between their indexes become one block after the other', async () => {
    const call = (index: number, fields: object) => chatChunk({ tool_calls: [{ index, ...fields }] });
    const message = await read([
      call(0, { id: 'a', type: 'function', function: { name: 'one', arguments: '{"x":' } }),
      call(7, { id: 'b', type: 'function', function: { name: 'two', arguments: '{"y":' } }),
      call(0, { function: { arguments: '1}' } }),
      call(7, { function: { arguments: '2}' } }),
      chatChunk({}, 'tool_calls'),
      done,
    ]);
    expect(message.content).toMatchObject([
      { type: 'tool_use', id: 'a', name: 'one', input: { x: 1 } },
      { type: 'tool_use', id: 'b', name: 'two', input: { y: 2 } },
    ]);
  });
});

describe('the OpenAI SDK reads the stream of a Messages endpoint', () => {
  const read = (events: readonly string[], includeUsage = false) =>
    openaiSdk.chatStream(told('openai-chat', 'anthropic-messages', events, { includeUsage }).body);

  test('text', async () => {
    const completion = await read(sample('messages, text').events);
    expect(completion).toMatchObject({
      id: 'msg_A1',
      model: 'claude-x',
      choices: [
        { message: { role: 'assistant', content: 'The phrase "I think", é' }, finish_reason: 'stop' },
      ],
    });
    expect(completion.usage).toBeUndefined();
  });

  test('usage, if it asked for it', async () => {
    const { usage } = await read(sample('messages, text').events, true);
    expect(usage).toMatchObject({ prompt_tokens: 27, completion_tokens: 15, total_tokens: 42 });
  });

  test('a tool call behind thinking; of fields OpenAI does not know the SDK keeps the last', async () => {
    const { choices } = await read(sample('messages, thinking').events);
    expect(choices).toMatchObject([
      {
        message: {
          reasoning_content: 'Let me see.',
          reasoning_details: [{ type: 'reasoning.text', signature: 'EqQBCg==' }],
          tool_calls: [
            {
              id: 'toolu_1',
              type: 'function',
              function: { name: 'weather', arguments: '{"city": "Oslo"}' },
            },
          ],
        },
        finish_reason: 'tool_calls',
      },
    ]);
  });
});

describe('the OpenAI SDK reads as a response', () => {
  const read = (name: string) => {
    const { dialect, events } = sample(name);
    return openaiSdk.responseStream(told('openai-responses', dialect, events).body);
  };

  test('text and usage of a chat endpoint', async () => {
    const response = await read('chat, text');
    expect(response).toMatchObject({
      object: 'response',
      status: 'completed',
      model: 'gpt-x-2025',
      created_at: 1755137933,
      output_text: 'Hi there!\n "ça" \\ 中文😀 \u2028 done',
      usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
    });
  });

  test('the tool calls of a chat endpoint', async () => {
    const { output } = await read('chat, two');
    expect(output).toMatchObject([
      { type: 'function_call', call_id: 'call_a', name: 'weather', arguments: '{"city": "Seattle"}' },
      { type: 'function_call', call_id: 'call_b', name: 'weather', arguments: '{}' },
    ]);
  });

  test('thinking, its signature and the tool call of a Messages endpoint', async () => {
    const { output } = await read('messages, thinking');
    expect(output).toMatchObject([
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'Let me see.' }],
        encrypted_content: 'holdfast:signature:EqQBCg==',
      },
      { type: 'function_call', call_id: 'toolu_1', name: 'weather', arguments: '{"city": "Oslo"}' },
    ]);
  });
});

describe('the OpenAI SDK reads as a legacy completion', () => {
  test.each([
    ['chat, text', 'Hi there!\n "ça" \\ 中文😀 \u2028 done'],
    ['messages, text', 'The phrase "I think", é'],
  ])('%s', async (name, text) => {
    const { dialect, events } = sample(name);
    const chunks = await openaiSdk.completionStream(told('openai-completions', dialect, events).body);
    expect(chunks.map(({ choices }) => choices[0]!.text).join('')).toBe(text);
    expect(chunks.map(({ choices }) => choices[0]!.finish_reason)).toEqual([
      ...Array(chunks.length - 1).fill(null),
      'stop',
    ]);
  });
});
