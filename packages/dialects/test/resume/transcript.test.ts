import { describe, expect, test } from '@jest/globals';
import type { DialectName } from '../../src/dialect.ts';
import { openTranscript } from '../../src/resume/transcript.ts';
import { chatChunk, chatText, messageEvent, messagesText } from '../support/stream-samples.ts';

function spokenIn(dialect: DialectName, events: readonly string[]) {
  const transcript = openTranscript(dialect)!;
  for (const event of events) transcript.note(Buffer.from(event));
  return transcript.spoken();
}

const hello = [chatChunk({ role: 'assistant', content: '', refusal: null }), chatChunk({ content: 'Hello' })];

describe('of a chat stream', () => {
  test('the text and whose answer it is are known', () => {
    expect(spokenIn('openai-chat', chatText.events.slice(0, 5))).toMatchObject({
      text: 'Hi there!\n "ça" \\ ',
      identity: { id: 'chatcmpl-A1', model: 'gpt-x-2025', created: 1755137933 },
    });
  });

  test('however long it is', () => {
    const events = Array.from({ length: 5000 }, (_, at) => chatChunk({ content: `word ${at} ` }));
    const said = spokenIn('openai-chat', events)!.text;
    expect(said).toBe(Array.from({ length: 5000 }, (_, at) => `word ${at} `).join(''));
  });

  test.each<[string, string[]]>([
    ['a tool call', [chatChunk({ tool_calls: [{ index: 0, id: 'a' }] })]],
    ['reasoning', [chatChunk({ reasoning_content: 'Hm' })]],
    ['reasoning by another name', [chatChunk({ reasoning: 'Hm' })]],
    ['a refusal', [chatChunk({ refusal: 'No' })]],
    ['an image', [chatChunk({ images: [{ type: 'image_url' }] })]],
    ['parts in place of a text', [chatChunk({ content: [{ type: 'thinking' }] })]],
    ['something nobody knows', [chatChunk({ novelty: { a: 1 } })]],
    ['a second choice', [`data: {"choices":[{"index":1,"delta":{"content":"b"}}]}\n\n`]],
    [
      'probabilities',
      [`data: {"choices":[{"index":0,"delta":{"content":"b"},"logprobs":{"content":[]}}]}\n\n`],
    ],
    ['a finish', [chatChunk({}, 'stop')]],
  ])('nobody goes on after %s', (_, more) => {
    expect(spokenIn('openai-chat', [...hello, ...more])).toBeNull();
    expect(spokenIn('openai-chat', hello)).not.toBeNull();
  });

  test('nothing said is nothing to go on from', () => {
    expect(spokenIn('openai-chat', hello.slice(0, 1))).toBeNull();
  });
});

describe('of a Messages stream', () => {
  const start = messagesText.events[0]!;
  const block = (content_block: object, index = 0) =>
    messageEvent({ type: 'content_block_start', index, content_block });
  const delta = (fields: object, index = 0) =>
    messageEvent({ type: 'content_block_delta', index, delta: fields });
  const stop = messageEvent({ type: 'content_block_stop', index: 0 });
  const said = [start, block({ type: 'text', text: '' }), delta({ type: 'text_delta', text: 'Hello' })];

  test('the text, the block it is in and the count of the input are known', () => {
    const spoken = spokenIn('anthropic-messages', said)!;
    expect(spoken).toMatchObject({ text: 'Hello', block: { index: 0, open: true } });
    expect(spoken.inputTokens).toEqual(expect.any(Number));
    expect(spokenIn('anthropic-messages', [...said, stop])!.block).toEqual({ index: 0, open: false });
  });

  test.each<[string, string[]]>([
    ['thinking', [block({ type: 'thinking', thinking: '' }, 1)]],
    ['a tool call', [block({ type: 'tool_use', id: 'a', name: 'f', input: {} }, 1)]],
    ['a citation', [delta({ type: 'citations_delta', citation: { type: 'char_location' } })]],
    ['a stop reason', [stop, messageEvent({ type: 'message_delta', delta: { stop_reason: 'end_turn' } })]],
  ])('nobody goes on after %s', (_, more) => {
    expect(spokenIn('anthropic-messages', [...said, ...more])).toBeNull();
  });
});

test.each<DialectName>(['openai-completions', 'openai-responses'])(
  'streams of %s are not resumed',
  (dialect) => {
    expect(openTranscript(dialect)).toBeNull();
  },
);
