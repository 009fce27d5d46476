import { done, messageEvent } from '../../support/stream-samples.ts';
import { callId, type SpokenAnswer, signatureOf } from './arbitrary-answer.ts';

const head = { id: 'chatcmpl-S1', object: 'chat.completion.chunk', created: 1755137933, model: 'm-endpoint' };
const data = (document: object) => `data: ${JSON.stringify(document)}\n\n`;
const chunk = (delta: object, finish_reason: string | null = null) =>
  data({ ...head, choices: [{ index: 0, delta, finish_reason }] });

/** As a chat endpoint streams it. The pieces of neighbouring calls come in any order, their indexes have gaps. */
export function spokenChat({ parts, cut, usage, shuffle }: SpokenAnswer): string[] {
  const events = [chunk({ role: 'assistant', content: '' })];
  let waiting: string[][] = []; // of calls that come interleaved
  let turn = 0;
  const flush = () => {
    while (waiting.length > 0) {
      const queue = waiting[(shuffle[turn++] ?? 0) % waiting.length]!;
      events.push(queue.shift()!);
      waiting = waiting.filter((left) => left.length > 0);
    }
  };
  for (const [position, part] of parts.entries()) {
    if (part.kind === 'tool_call') {
      const index = position * 2;
      const begin = {
        index,
        id: callId(position),
        type: 'function',
        function: { name: part.name, arguments: '' },
      };
      events.push(chunk({ tool_calls: [begin] }));
      waiting.push(
        part.pieces.map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
      );
    } else {
      flush();
      const field = { text: 'content', refusal: 'refusal', reasoning: 'reasoning_content' }[part.kind];
      events.push(...part.pieces.map((piece) => chunk({ [field]: piece })));
    }
  }
  flush();
  const called = parts.some(({ kind }) => kind === 'tool_call');
  events.push(chunk({}, cut ? 'length' : called ? 'tool_calls' : 'stop'));
  const counts = {
    prompt_tokens: usage.input + usage.cached,
    completion_tokens: usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached },
  };
  events.push(data({ ...head, choices: [], usage: counts }), done);
  return events;
}

/** As Anthropic streams it: a refusal is a text like any other, thinking is signed. */
export function spokenMessages({ parts, cut, usage }: SpokenAnswer): string[] {
  const message = {
    id: 'msg_S1',
    type: 'message',
    role: 'assistant',
    model: 'm-endpoint',
    content: [],
    usage: { input_tokens: usage.input, cache_read_input_tokens: usage.cached, output_tokens: 1 },
  };
  const events = [messageEvent({ type: 'message_start', message }), messageEvent({ type: 'ping' })];
  for (const [index, part] of parts.entries()) {
    const delta = (fields: object) => messageEvent({ type: 'content_block_delta', index, delta: fields });
    const begin = (content_block: object) =>
      events.push(messageEvent({ type: 'content_block_start', index, content_block }));
    if (part.kind === 'tool_call') {
      begin({ type: 'tool_use', id: callId(index), name: part.name, input: {} });
      events.push(...part.pieces.map((piece) => delta({ type: 'input_json_delta', partial_json: piece })));
    } else if (part.kind === 'reasoning') {
      begin({ type: 'thinking', thinking: '', signature: '' });
      events.push(...part.pieces.map((piece) => delta({ type: 'thinking_delta', thinking: piece })));
      events.push(delta({ type: 'signature_delta', signature: signatureOf(index) }));
    } else {
      begin({ type: 'text', text: '' });
      events.push(...part.pieces.map((piece) => delta({ type: 'text_delta', text: piece })));
    }
    events.push(messageEvent({ type: 'content_block_stop', index }));
  }
  const called = parts.some(({ kind }) => kind === 'tool_call');
  const stop_reason = cut ? 'max_tokens' : called ? 'tool_use' : 'end_turn';
  events.push(
    messageEvent({
      type: 'message_delta',
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: usage.output },
    }),
    messageEvent({ type: 'message_stop' }),
  );
  return events;
}
