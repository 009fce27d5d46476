import type { Answer, FaultName } from '../behaviour.ts';
import { type Fault, type FaultCall, htmlPage } from './fault.ts';

function chatBody(fields: object) {
  return {
    id: 'chatcmpl-simulated',
    object: 'chat.completion',
    created: 1_767_225_600,
    model: 'gpt-4o-mini',
    ...fields,
    usage: { prompt_tokens: 8, completion_tokens: 0, total_tokens: 8 },
  };
}

/** An answer whose `choices` (Anthropic: `content`) is the given nothing. */
function withChoices(choices: readonly object[] | null) {
  return ({ protocol }: FaultCall): Answer =>
    protocol === 'anthropic'
      ? {
          body: {
            id: 'msg_simulated',
            type: 'message',
            role: 'assistant',
            model: 'claude-sonnet-5',
            content: choices === null ? null : [],
            stop_reason: 'end_turn',
            stop_sequence: null,
            usage: { input_tokens: 8, output_tokens: 0 },
          },
        }
      : { body: chatBody({ choices }) };
}

/** Bytes that are neither JSON nor UTF-8, the same ones every time. */
const GARBAGE = Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 167 + 131) % 256)).toString(
  'base64',
);

/** Status 200, and yet no answer (P20 to P24, P26, P28). */
export const falseSuccesses = {
  error_in_200: {
    body: { error: { message: 'Internal Server Error', code: 502 }, user_id: 'user_simulated' },
  },
  error_429_in_200: {
    body: {
      error: {
        message: 'Provider returned error',
        code: 429,
        metadata: {
          provider_name: 'Simulated',
          raw: '{"error":{"message":"Rate limit exceeded, retry after 7 seconds","code":429}}',
        },
      },
      user_id: 'user_simulated',
    },
  },
  empty: { body: '' },
  empty_choices: withChoices([]),
  null_choices: withChoices(null),
  no_message: withChoices([{ index: 0, finish_reason: 'stop' }]),
  empty_content: { text: '' },
  network_error_finish: ({ protocol }) =>
    protocol === 'anthropic'
      ? { text: '' }
      : {
          body: chatBody({
            choices: [
              {
                index: 0,
                message: { role: 'assistant', content: '' },
                finish_reason: 'stop',
                native_finish_reason: 'network_error',
              },
            ],
          }),
        },
  error_finish: { text: 'The beginning of an', finishReason: 'error', usage: false },
  reasoning_only: { text: '', reasoning: 'First I should think about what was asked.' },
  garbage: { body: { base64: GARBAGE } },
  html: {
    ...htmlPage(200, 'Just a moment...', 'cloudflare'),
    headers: { 'content-type': 'text/html; charset=UTF-8', server: 'cloudflare' },
  },
  truncated_json: ({ stream }) => ({
    body: stream
      ? 'data: {"id":"chatcmpl-simulated","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assis'
      : '{"id":"chatcmpl-simulated","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"Hel',
  }),
} satisfies Partial<Record<FaultName, Fault>>;

/** Status 200 that only looks wrong and must be passed on (P23, P27, P29). */
export const oddSuccesses = {
  length_empty: ({ protocol }) => ({
    text: '',
    finishReason: protocol === 'anthropic' ? 'max_tokens' : 'length',
  }),
  content_filter: ({ protocol, stream }) => {
    if (protocol === 'anthropic') return { text: '', finishReason: 'refusal' };
    // Azure leaves the message out altogether.
    const choices = [{ index: 0, logprobs: null, finish_reason: 'content_filter' }];
    return stream ? { text: '', finishReason: 'content_filter' } : { body: chatBody({ choices }) };
  },
  refusal: ({ protocol, stream }) => {
    const message = { role: 'assistant', content: null, refusal: "I'm sorry, I can't assist with that." };
    return protocol === 'anthropic' || stream
      ? {
          text: "I'm sorry, I can't assist with that.",
          finishReason: protocol === 'anthropic' ? 'refusal' : 'stop',
        }
      : { body: chatBody({ choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }] }) };
  },
  retry_after_on_200: { headers: { 'retry-after': '30' } },
} satisfies Partial<Record<FaultName, Fault>>;
