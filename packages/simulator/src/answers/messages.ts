import type {
  ContentBlock,
  Message,
  RawContentBlockDelta,
  RawMessageStreamEvent,
} from '@anthropic-ai/sdk/resources/messages';
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

/** A behaviour may leave the usage out. */
type WireMessage = Omit<Message, 'usage'> & Partial<Pick<Message, 'usage'>>;

/** Anthropic messages; the shapes are held to the official client's types. */
export const messages: AnswerOperation = (call, answer) => {
  const said = say(call, answer);
  return {
    whole: () =>
      JSON.stringify({
        ...emptyMessage(call),
        content: blocks(call, said).map(({ block }) => block),
        stop_reason: stopReason(said),
        ...(said.usage && { usage: usageOf(said.usage.input, said.usage.output) }),
      } satisfies WireMessage),
    contentType: JSON_TYPE,
    stream: () => streamParts(call, said),
  };
};

function emptyMessage(call: Call): WireMessage {
  return {
    id: idOf('msg_', call),
    type: 'message',
    role: 'assistant',
    model: call.model ?? 'claude-sonnet-5',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
  };
}

function usageOf(input: number, output: number): Message['usage'] {
  return {
    input_tokens: input,
    cache_creation: null,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: output,
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: null,
    speed: null,
  };
}

/** A behaviour may name a reason that the client does not know. */
function stopReason({ finishReason, tool }: Say): Message['stop_reason'] {
  return (finishReason as Message['stop_reason']) ?? (tool ? 'tool_use' : 'end_turn');
}

interface Block {
  readonly block: ContentBlock;
  /** As it opens in a stream. */
  readonly opening: ContentBlock;
  /** What fills it. */
  readonly deltas: readonly RawContentBlockDelta[];
}

const SIGNATURE = 'c2ltdWxhdG9y';

function blocks(call: Call, { reasoning, text, pieces, tool }: Say): Block[] {
  const built: Block[] = [];
  if (reasoning !== null) {
    built.push({
      block: { type: 'thinking', thinking: reasoning, signature: SIGNATURE },
      opening: { type: 'thinking', thinking: '', signature: '' },
      deltas: [
        { type: 'thinking_delta', thinking: reasoning },
        { type: 'signature_delta', signature: SIGNATURE },
      ],
    });
  }
  if (text !== '') {
    built.push({
      block: { type: 'text', text, citations: null },
      opening: { type: 'text', text: '', citations: null },
      deltas: pieces.map((piece) => ({ type: 'text_delta', text: piece })),
    });
  }
  if (tool) {
    const { name, argumentsJson } = tool;
    const use = { type: 'tool_use', id: idOf('toolu_', call), name, caller: { type: 'direct' } } as const;
    built.push({
      block: { ...use, input: JSON.parse(argumentsJson) as unknown },
      opening: { ...use, input: {} },
      deltas: (argumentsJson.match(/[\s\S]{1,8}/g) ?? []).map((piece) => ({
        type: 'input_json_delta',
        partial_json: piece,
      })),
    });
  }
  return built;
}

function streamParts(call: Call, said: Say): StreamParts {
  const opened = blocks(call, said);
  const stop = (index: number) => streamEvent({ type: 'content_block_stop', index });
  const content = opened.flatMap(({ opening, deltas }, index) => [
    streamEvent({ type: 'content_block_start', index, content_block: opening }),
    ...deltas.map((delta) => streamEvent({ type: 'content_block_delta', index, delta })),
    // The last block's end belongs to the finish: a stream cut after its content has not closed it.
    ...(index < opened.length - 1 ? [stop(index)] : []),
  ]);
  const { usage } = said;
  const error = namedEvent({
    type: 'error',
    error: { type: 'overloaded_error', message: 'Overloaded', details: null },
  });
  return {
    contentType: SSE_TYPE,
    content: [
      streamEvent({
        type: 'message_start',
        message: { ...emptyMessage(call), ...(usage && { usage: usageOf(usage.input, 1) }) } as Message,
      }),
      ...content,
    ],
    finish: [
      ...(opened.length > 0 ? [stop(opened.length - 1)] : []),
      namedEvent({
        type: 'message_delta',
        delta: { container: null, stop_details: null, stop_reason: stopReason(said), stop_sequence: null },
        ...(usage && { usage: usageOf(usage.input, usage.output) }),
      }),
    ],
    done: [streamEvent({ type: 'message_stop' })],
    error,
    errorInChoice: error,
    ping: 'event: ping\ndata: {"type": "ping"}\n\n',
  };
}

function streamEvent(event: RawMessageStreamEvent): string {
  return namedEvent({ ...event });
}
