import type {
  Response,
  ResponseOutputItem,
  ResponseStreamEvent,
  ResponseUsage,
} from 'openai/resources/responses/responses';
import type { Call } from '../call.ts';
import { type Say, say } from '../say.ts';
import {
  type AnswerOperation,
  createdNow,
  idOf,
  JSON_TYPE,
  namedEvent,
  SSE_TYPE,
  type StreamParts,
} from './dialect-answer.ts';

/** The client adds `output_text` itself. */
type WireResponse = Omit<Response, 'output_text'>;

/** OpenAI responses; the shapes are held to the official client's types. */
export const responses: AnswerOperation = (call, answer) => {
  const said = say(call, answer);
  return {
    whole: () => JSON.stringify(response(call, said, 'ended')),
    contentType: JSON_TYPE,
    stream: () => streamParts(call, said),
  };
};

const INCOMPLETE: Readonly<Record<string, 'max_output_tokens' | 'content_filter'>> = {
  length: 'max_output_tokens',
  max_output_tokens: 'max_output_tokens',
  content_filter: 'content_filter',
};

function response(call: Call, said: Say, state: 'running' | 'ended'): WireResponse {
  const incomplete = INCOMPLETE[said.finishReason ?? ''];
  const ended = state === 'ended';
  return {
    id: idOf('resp_', call),
    object: 'response',
    created_at: createdNow(),
    status: ended ? (incomplete ? 'incomplete' : 'completed') : 'in_progress',
    background: false,
    error: null,
    incomplete_details: ended && incomplete ? { reason: incomplete } : null,
    instructions: null,
    max_output_tokens: null,
    model: call.model ?? 'gpt-4o-mini',
    output: ended ? [item(call, said, 'completed')] : [],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    ...(ended && said.usage && { usage: usageOf(said) }),
    access_programs: null,
    metadata: {},
  };
}

function usageOf({ usage }: Say): ResponseUsage {
  const { input = 0, output = 0 } = usage ?? {};
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}

/** The one output item: a message or a function call. */
function item(call: Call, { text, tool }: Say, status: 'in_progress' | 'completed'): ResponseOutputItem {
  const filled = status === 'completed';
  if (tool) {
    const { name, argumentsJson } = tool;
    return {
      id: idOf('fc_', call),
      type: 'function_call',
      status,
      call_id: idOf('call_', call),
      name,
      arguments: filled ? argumentsJson : '',
    };
  }
  const content = filled ? [textPart(text)] : [];
  return { id: idOf('msg_', call), type: 'message', status, role: 'assistant', content };
}

function textPart(text: string) {
  return { type: 'output_text' as const, text, annotations: [], logprobs: [] };
}

function streamParts(call: Call, said: Say): StreamParts {
  let sequence = 0;
  const event: MakeEvent = (type, fields) => namedEvent({ type, ...fields, sequence_number: sequence++ });
  const ended = response(call, said, 'ended');
  const opening = [
    event('response.created', { response: response(call, said, 'running') }),
    event('response.in_progress', { response: response(call, said, 'running') }),
    event('response.output_item.added', { output_index: 0, item: item(call, said, 'in_progress') }),
  ];
  const { content, finish } = said.tool ? toolEvents(call, said, event) : textEvents(call, said, event);
  const finished = [
    ...finish,
    event('response.output_item.done', { output_index: 0, item: item(call, said, 'completed') }),
  ];
  const incomplete = ended.status === 'incomplete';
  const done = [event(incomplete ? 'response.incomplete' : 'response.completed', { response: ended })];
  const failure = { code: 'server_error', message: 'The server had an error' };
  const failed = { ...response(call, said, 'running'), status: 'failed', error: failure };
  return {
    contentType: SSE_TYPE,
    content: [...opening, ...content],
    finish: finished,
    done,
    error: event('error', { ...failure, param: null }),
    errorInChoice: event('response.failed', { response: failed }),
    ping: ': ping\n\n',
  };
}

type MakeEvent = (type: ResponseStreamEvent['type'], fields: object) => string;

function textEvents(call: Call, { text, pieces }: Say, event: MakeEvent) {
  const at = { item_id: idOf('msg_', call), output_index: 0, content_index: 0 };
  return {
    content: [
      event('response.content_part.added', { ...at, part: textPart('') }),
      ...pieces.map((delta) => event('response.output_text.delta', { ...at, delta, logprobs: [] })),
    ],
    finish: [
      event('response.output_text.done', { ...at, text, logprobs: [] }),
      event('response.content_part.done', { ...at, part: textPart(text) }),
    ],
  };
}

function toolEvents(call: Call, { tool }: Say, event: MakeEvent) {
  const at = { item_id: idOf('fc_', call), output_index: 0 };
  const json = tool?.argumentsJson ?? '';
  const pieces = json.match(/[\s\S]{1,8}/g) ?? [];
  return {
    content: pieces.map((delta) => event('response.function_call_arguments.delta', { ...at, delta })),
    finish: [event('response.function_call_arguments.done', { ...at, name: tool?.name, arguments: json })],
  };
}
