import type { Call } from '../call.ts';
import { type Say, say } from '../say.ts';
import {
  type AnswerOperation,
  idOf,
  JSON_TYPE,
  namedEvent,
  SSE_TYPE,
  type StreamParts,
} from './dialect-answer.ts';

/** Anthropic messages; shapes of the API reference. */
export const messages: AnswerOperation = (call, answer) => {
  const said = say(call, answer);
  return {
    whole: () =>
      JSON.stringify({
        ...envelope(call),
        content: blocks(call, said).map(({ block }) => block),
        stop_reason: stopReason(said),
        stop_sequence: null,
        ...(said.usage && { usage: usageOf(said.usage.input, said.usage.output) }),
      }),
    contentType: JSON_TYPE,
    stream: () => streamParts(call, said),
  };
};

function envelope(call: Call) {
  return {
    id: idOf('msg_', call),
    type: 'message',
    role: 'assistant',
    model: call.model ?? 'claude-sonnet-5',
  };
}

function usageOf(input: number, output: number) {
  return {
    input_tokens: input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: output,
    service_tier: 'standard',
  };
}

function stopReason({ finishReason, tool }: Say): string {
  return finishReason ?? (tool ? 'tool_use' : 'end_turn');
}

/** Each content block whole, as it opens in a stream, and the deltas that fill it. */
function blocks(call: Call, said: Say) {
  const thinking = said.reasoning !== null && {
    block: { type: 'thinking', thinking: said.reasoning, signature: 'c2ltdWxhdG9y' },
    opening: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      { type: 'thinking_delta', thinking: said.reasoning },
      { type: 'signature_delta', signature: 'c2ltdWxhdG9y' },
    ],
  };
  const text = said.text !== '' && {
    block: { type: 'text', text: said.text },
    opening: { type: 'text', text: '' },
    deltas: said.pieces.map((piece) => ({ type: 'text_delta', text: piece })),
  };
  const named = said.tool && { type: 'tool_use', id: idOf('toolu_', call), name: said.tool.name };
  const tool = said.tool && {
    block: { ...named, input: JSON.parse(said.tool.argumentsJson) as unknown },
    opening: { ...named, input: {} },
    deltas: (said.tool.argumentsJson.match(/[\s\S]{1,8}/g) ?? []).map((piece) => ({
      type: 'input_json_delta',
      partial_json: piece,
    })),
  };
  return [thinking, text, tool].filter((block) => block !== false && block !== null);
}

function streamParts(call: Call, said: Say): StreamParts {
  const opened = blocks(call, said);
  const stop = (index: number) => namedEvent({ type: 'content_block_stop', index });
  const content = opened.flatMap(({ opening, deltas }, index) => [
    namedEvent({ type: 'content_block_start', index, content_block: opening }),
    ...deltas.map((delta) => namedEvent({ type: 'content_block_delta', index, delta })),
    // The last block's end belongs to the finish: a stream cut after its content has not closed it.
    ...(index < opened.length - 1 ? [stop(index)] : []),
  ]);
  const usage = said.usage;
  const error = namedEvent({
    type: 'error',
    error: { type: 'overloaded_error', message: 'Overloaded', details: null },
  });
  return {
    contentType: SSE_TYPE,
    content: [
      namedEvent({
        type: 'message_start',
        message: {
          ...envelope(call),
          content: [],
          stop_reason: null,
          stop_sequence: null,
          ...(usage && { usage: usageOf(usage.input, 1) }),
        },
      }),
      ...content,
    ],
    finish: [
      ...(opened.length > 0 ? [stop(opened.length - 1)] : []),
      namedEvent({
        type: 'message_delta',
        delta: { stop_reason: stopReason(said), stop_sequence: null },
        ...(usage && { usage: { output_tokens: usage.output } }),
      }),
    ],
    done: [namedEvent({ type: 'message_stop' })],
    error,
    errorInChoice: error,
    ping: 'event: ping\ndata: {"type": "ping"}\n\n',
  };
}
