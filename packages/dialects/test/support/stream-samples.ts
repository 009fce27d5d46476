import type { DialectName } from '../../src/dialect.ts';

export interface StreamSample {
  readonly name: string;
  readonly dialect: DialectName;
  /** Whole events, with LF line ends. */
  readonly events: readonly string[];
  readonly finish: string;
  /** How many events from the start leave the stream cut short; one more and it is an answer. */
  readonly incompleteUpTo: number;
}

const data = (document: object) => `data: ${JSON.stringify(document)}\n\n`;
const named = (document: { readonly type: string }) => `event: ${document.type}\n${data(document)}`;

const chatHead = {
  id: 'chatcmpl-A1',
  object: 'chat.completion.chunk',
  created: 1755137933,
  model: 'gpt-x-2025',
  system_fingerprint: null,
};

export const chatChunk = (delta: object, finish: string | null = null, more: object = {}) =>
  data({ ...chatHead, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], ...more });

const call = (index: number, fields: object) => chatChunk({ tool_calls: [{ index, ...fields }] });

export const done = 'data: [DONE]\n\n';

export const chatText: StreamSample = {
  name: 'chat, text in several scripts',
  dialect: 'openai-chat',
  events: [
    chatChunk({ role: 'assistant', content: '', refusal: null }),
    ...['Hi', ' there', '!\n', ' "ça" \\ ', '中文', '😀', ' \u2028 done'].map((content) =>
      chatChunk({ content }),
    ),
    chatChunk({}, 'stop'),
    data({ ...chatHead, choices: [], usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 } }),
    done,
  ],
  finish: 'stop',
  incompleteUpTo: 8,
};

const chatTools: StreamSample = {
  name: 'chat, two parallel tool calls',
  dialect: 'openai-chat',
  events: [
    chatChunk({ role: 'assistant', content: null }),
    call(0, { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '' } }),
    call(0, { function: { arguments: '{"city": "Se' } }),
    call(0, { function: { arguments: 'attle"}' } }),
    call(1, { id: 'call_b', type: 'function', function: { name: 'weather', arguments: '' } }),
    call(1, { function: { arguments: '{}' } }),
    chatChunk({}, 'tool_calls'),
    done,
  ],
  finish: 'tool_calls',
  incompleteUpTo: 6,
};

const chatRouter: StreamSample = {
  name: 'chat through a router: keep-alive comments, reasoning, then text',
  dialect: 'openai-chat',
  events: [
    ': ROUTER PROCESSING\n\n',
    ': ROUTER PROCESSING\n\n',
    data({ id: 'gen-1', choices: [], prompt_filter_results: [{ prompt_index: 0 }] }),
    chatChunk({
      role: 'assistant',
      content: '',
      reasoning: 'We need',
      reasoning_details: [{ type: 'reasoning.text', text: 'We need', index: 0 }],
    }),
    chatChunk({ role: 'assistant', content: 'Paris', reasoning: null, reasoning_details: [] }),
    chatChunk({ role: 'assistant', content: '' }, 'stop', {
      usage: { prompt_tokens: 3, completion_tokens: 4 },
    }),
    done,
  ],
  finish: 'stop',
  incompleteUpTo: 5,
};

const completionHead = { id: 'cmpl-A1', object: 'text_completion', created: 1755137933, model: 'text-x' };

const completionText: StreamSample = {
  name: 'legacy completion',
  dialect: 'openai-completions',
  events: [
    data({ ...completionHead, choices: [{ text: '', index: 0, logprobs: null, finish_reason: null }] }),
    data({ ...completionHead, choices: [{ text: 'Once', index: 0, logprobs: null, finish_reason: null }] }),
    data({ ...completionHead, choices: [{ text: ' upon', index: 0, logprobs: null, finish_reason: null }] }),
    data({ ...completionHead, choices: [{ text: '', index: 0, logprobs: null, finish_reason: 'length' }] }),
    done,
  ],
  finish: 'length',
  incompleteUpTo: 3,
};

const messageStart = named({
  type: 'message_start',
  message: {
    id: 'msg_A1',
    type: 'message',
    role: 'assistant',
    model: 'claude-x',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 27, output_tokens: 1 },
  },
} as { type: string });

export const messageEvent = named as (document: {
  readonly type: string;
  readonly [key: string]: unknown;
}) => string;

const blockStart = (index: number, content_block: object) =>
  messageEvent({ type: 'content_block_start', index, content_block });
const blockDelta = (index: number, delta: object) =>
  messageEvent({ type: 'content_block_delta', index, delta });
const blockStop = (index: number) => messageEvent({ type: 'content_block_stop', index });
const messageEnd = (stop_reason: string) => [
  messageEvent({
    type: 'message_delta',
    delta: { stop_reason, stop_sequence: null },
    usage: { output_tokens: 15 },
  }),
  messageEvent({ type: 'message_stop' }),
];

export const messagesText: StreamSample = {
  name: 'messages, text with a ping',
  dialect: 'anthropic-messages',
  events: [
    messageStart,
    blockStart(0, { type: 'text', text: '' }),
    'event: ping\ndata: {"type": "ping"}\n\n',
    ...['The', ' phrase', ' "I', ' think", é'].map((text) => blockDelta(0, { type: 'text_delta', text })),
    blockStop(0),
    ...messageEnd('end_turn'),
  ],
  finish: 'end_turn',
  incompleteUpTo: 8,
};

const messagesTools: StreamSample = {
  name: 'messages, thinking and a tool call',
  dialect: 'anthropic-messages',
  events: [
    messageStart,
    blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
    blockDelta(0, { type: 'thinking_delta', thinking: 'Let me see.' }),
    blockDelta(0, { type: 'signature_delta', signature: 'EqQBCg==' }),
    blockStop(0),
    blockStart(1, { type: 'tool_use', id: 'toolu_1', name: 'weather', input: {} }),
    blockDelta(1, { type: 'input_json_delta', partial_json: '' }),
    blockDelta(1, { type: 'input_json_delta', partial_json: '{"city": "Oslo"}' }),
    blockStop(1),
    ...messageEnd('tool_use'),
  ],
  finish: 'tool_use',
  incompleteUpTo: 9,
};

const responseHead = { id: 'resp_A1', object: 'response', created_at: 1755137933, model: 'gpt-x-2025' };
const part = { type: 'output_text', text: 'Hi there', annotations: [], logprobs: [] };
const item = { id: 'msg_1', type: 'message', status: 'completed', role: 'assistant', content: [part] };

function responseEvents(
  events: readonly { readonly type: string; readonly [key: string]: unknown }[],
): string[] {
  return events.map((event, sequence_number) => messageEvent({ ...event, sequence_number }));
}

const responsesText: StreamSample = {
  name: 'responses, text',
  dialect: 'openai-responses',
  events: responseEvents([
    {
      type: 'response.created',
      response: { ...responseHead, status: 'in_progress', output: [], usage: null },
    },
    {
      type: 'response.in_progress',
      response: { ...responseHead, status: 'in_progress', output: [], usage: null },
    },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
    },
    {
      type: 'response.content_part.added',
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      part: { ...part, text: '' },
    },
    ...['Hi', ' there'].map((delta) => ({
      type: 'response.output_text.delta',
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      delta,
      logprobs: [],
      obfuscation: 'x'.repeat(delta.length),
    })),
    {
      type: 'response.output_text.done',
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      text: 'Hi there',
    },
    { type: 'response.content_part.done', item_id: 'msg_1', output_index: 0, content_index: 0, part },
    { type: 'response.output_item.done', output_index: 0, item },
    {
      type: 'response.completed',
      response: {
        ...responseHead,
        status: 'completed',
        error: null,
        output: [item],
        usage: { input_tokens: 9, output_tokens: 3, total_tokens: 12 },
      },
    },
  ]),
  finish: 'completed',
  incompleteUpTo: 9,
};

const functionCall = {
  id: 'fc_1',
  type: 'function_call',
  status: 'completed',
  name: 'weather',
  call_id: 'call_1',
  arguments: '{"city":"Oslo"}',
};

const responsesTools: StreamSample = {
  name: 'responses, a function call',
  dialect: 'openai-responses',
  events: responseEvents([
    {
      type: 'response.created',
      response: { ...responseHead, status: 'in_progress', output: [], usage: null },
    },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...functionCall, status: 'in_progress', arguments: '' },
    },
    { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 0, delta: '{"city":' },
    { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 0, delta: '"Oslo"}' },
    {
      type: 'response.function_call_arguments.done',
      item_id: 'fc_1',
      output_index: 0,
      arguments: '{"city":"Oslo"}',
    },
    { type: 'response.output_item.done', output_index: 0, item: functionCall },
    {
      type: 'response.completed',
      response: { ...responseHead, status: 'completed', error: null, output: [functionCall], usage: null },
    },
  ]),
  finish: 'completed',
  incompleteUpTo: 6,
};

export const streamSamples: readonly StreamSample[] = [
  chatText,
  chatTools,
  chatRouter,
  completionText,
  messagesText,
  messagesTools,
  responsesText,
  responsesTools,
];
