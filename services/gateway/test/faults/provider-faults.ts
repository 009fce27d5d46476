import type { Behaviour } from '@holdfast/simulator/behaviour';

/** What the catalogue demands of one provider's answer (FAULTS.md section 2.2), for an endpoint with a key of its own. */
export interface ProviderDemand {
  readonly code: string;
  readonly name: string;
  readonly answer: Behaviour;
  /** `same`: once more on the same endpoint, then the next. `stop`: nobody else is asked. */
  readonly retry: 'next' | 'same' | 'stop';
  /** Who is out of rotation afterwards. */
  readonly penalty: 'endpoint' | 'model' | 'none';
  /** What the client gets when nothing else works. */
  readonly alone: {
    readonly status: number;
    readonly code?: string;
    /** Bounds of `retry-after` in seconds; absent: not demanded. */
    readonly retryAfter?: readonly [number, number];
  };
  /** Default: one whole answer and one stream. */
  readonly ways?: readonly ('chat' | 'chat stream' | 'messages' | 'messages stream')[];
}

const all = ['chat', 'chat stream', 'messages', 'messages stream'] as const;
const openai = ['chat', 'chat stream'] as const;
const whole = ['chat', 'messages'] as const;
const failed = { status: 502, code: 'all_attempts_failed' } as const;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

const json = (status: number, body: object, headers: Record<string, string> = {}): Behaviour => ({
  status,
  body: body as Record<string, unknown>,
  headers,
});

export const PROVIDER_DEMANDS: readonly ProviderDemand[] = [
  {
    code: 'P01',
    name: 'a parameter the provider refuses',
    answer: { fault: 'bad_request' },
    retry: 'stop',
    penalty: 'none',
    alone: { status: 400, code: 'unsupported_parameter' },
  },
  {
    code: 'P02',
    name: 'a prompt that does not fit the window',
    answer: { fault: 'context_length' },
    retry: 'stop',
    penalty: 'none',
    alone: { status: 400, code: 'context_length_exceeded' },
  },
  ...(['tool_use_failed', 'degraded_function', 'model_not_found_400'] as const).map(
    (fault): ProviderDemand => ({
      code: 'P03',
      name: `a 400 that is the model's (${fault})`,
      answer: { fault },
      retry: 'next',
      penalty: 'model',
      alone: failed,
    }),
  ),
  {
    code: 'P04',
    name: 'a 400 that is a dead key',
    answer: { fault: 'google_invalid_key' },
    retry: 'next',
    penalty: 'endpoint',
    alone: failed,
  },
  {
    code: 'P05',
    name: 'a refused key',
    answer: { fault: 'invalid_key' },
    retry: 'next',
    penalty: 'endpoint',
    alone: failed,
  },
  {
    code: 'P05',
    name: 'a bare 401, an entitlement wall',
    answer: { fault: 'bare_401' },
    retry: 'next',
    penalty: 'model',
    alone: failed,
  },
  {
    code: 'P06',
    name: 'a model outside the plan',
    answer: { fault: 'plan_403' },
    retry: 'next',
    penalty: 'model',
    alone: failed,
  },
  {
    code: 'P06',
    name: 'a bare 403',
    answer: { status: 403 },
    retry: 'next',
    penalty: 'model',
    alone: failed,
  },
  {
    code: 'P06',
    name: 'a firewall page',
    answer: {
      status: 403,
      headers: { 'content-type': 'text/html', server: 'cloudflare' },
      body: '<html><head><title>Attention Required! | Cloudflare</title></head></html>',
    },
    retry: 'next',
    penalty: 'model',
    alone: failed,
  },
  {
    code: 'P07',
    name: 'an account without credit',
    answer: { fault: 'hf_402' },
    retry: 'next',
    penalty: 'endpoint',
    alone: { status: 503, code: 'all_attempts_failed', retryAfter: [1, 1.2 * HOUR_S] },
  },
  {
    code: 'P07',
    name: 'too little credit for a request of this size',
    answer: { fault: 'openrouter_402' },
    retry: 'next',
    penalty: 'model',
    alone: { status: 503, code: 'all_attempts_failed', retryAfter: [1, 360] },
  },
  ...(
    [
      ['model_not_found', { fault: 'model_not_found' }],
      ['Ollama', { fault: 'ollama_model_404' }],
      ['410 Gone', { status: 410 }],
      [
        'DeploymentNotFound',
        json(404, { error: { code: 'DeploymentNotFound', message: 'No such deployment' } }),
      ],
    ] as const
  ).map(
    ([name, answer]): ProviderDemand => ({
      code: 'P08',
      name: `a model that does not exist there (${name})`,
      answer,
      retry: 'next',
      penalty: 'model',
      alone: { status: 404, code: 'model_not_found' },
    }),
  ),
  {
    code: 'P09',
    name: '408',
    answer: { status: 408 },
    retry: 'same',
    penalty: 'endpoint',
    alone: { status: 504, code: 'all_attempts_failed' },
  },
  { code: 'P09', name: '409', answer: { status: 409 }, retry: 'same', penalty: 'none', alone: failed },
  {
    code: 'P10',
    name: 'a request larger than the provider takes',
    answer: { fault: 'too_large' },
    retry: 'next',
    penalty: 'none',
    alone: { status: 413, code: 'request_too_large' },
  },
  {
    code: 'P10',
    name: "a proxy's body limit",
    answer: {
      status: 413,
      headers: { 'content-type': 'text/html', server: 'nginx' },
      body: '<html><head><title>413 Request Entity Too Large</title></head></html>',
    },
    retry: 'next',
    penalty: 'none',
    alone: { status: 413, code: 'request_too_large' },
  },
  {
    code: 'P11',
    name: "the provider's schema refuses",
    answer: { fault: 'schema_422' },
    retry: 'next',
    penalty: 'none',
    alone: { status: 400 },
  },
  {
    code: 'P12',
    name: 'a rate limit with Retry-After',
    answer: { fault: 'openai_429' },
    retry: 'next',
    penalty: 'model',
    alone: { status: 429, code: 'rate_limited', retryAfter: [20, 24] },
  },
  {
    code: 'P12',
    name: 'a rate limit with retry-after-ms',
    answer: json(429, { error: { message: 'Slow down' } }, { 'retry-after-ms': '7500', 'retry-after': '99' }),
    retry: 'next',
    penalty: 'model',
    alone: { status: 429, code: 'rate_limited', retryAfter: [8, 9] },
  },
  ...(
    [
      ['prose', 'openai_429_prose', 4, 5],
      ['RetryInfo', 'google_429', 35, 42],
      ['reset headers', 'anthropic_429', 11, 15],
      ['GitHub, per minute', 'github_minute_quota', 42, 51],
    ] as const
  ).map(
    ([name, fault, min, max]): ProviderDemand => ({
      code: fault === 'github_minute_quota' || fault === 'anthropic_429' ? 'P12' : 'P13',
      name: `a rate limit stated in ${name}`,
      answer: { fault },
      retry: 'next',
      penalty: 'model',
      alone: { status: 429, code: 'rate_limited', retryAfter: [min, max] },
    }),
  ),
  {
    code: 'P13',
    name: 'a rate limit that states nothing',
    answer: { fault: 'nvidia_429' },
    retry: 'next',
    penalty: 'model',
    alone: { status: 429, code: 'rate_limited', retryAfter: [1, 5] },
  },
  ...(['github_concurrent', 'cerebras_queue'] as const).map(
    (fault): ProviderDemand => ({
      code: 'P14',
      name: `too many at the same time (${fault})`,
      answer: { fault },
      retry: 'next',
      penalty: 'none',
      alone: { status: 503, code: 'all_attempts_failed' },
    }),
  ),
  {
    code: 'P15',
    name: 'the quota of the day, stated by GitHub',
    answer: { fault: 'github_day_quota' },
    retry: 'next',
    penalty: 'model',
    alone: { status: 429, code: 'rate_limited', retryAfter: [5631, 1.2 * 5631] },
  },
  {
    code: 'P15',
    name: 'the quota of the day, stated by OpenRouter',
    answer: { fault: 'openrouter_day_quota' },
    retry: 'next',
    penalty: 'model',
    alone: { status: 429, code: 'rate_limited', retryAfter: [1, 1.2 * DAY_S] },
  },
  {
    code: 'P16',
    name: 'a 429 that means no money',
    answer: { fault: 'insufficient_quota' },
    retry: 'next',
    penalty: 'endpoint',
    alone: { status: 503, code: 'all_attempts_failed', retryAfter: [1, 1.2 * HOUR_S] },
  },
  {
    code: 'P17',
    name: 'a 429 for a request that can never fit',
    answer: { fault: 'request_too_large_429' },
    retry: 'next',
    penalty: 'none',
    alone: { status: 413, code: 'request_too_large' },
  },
  ...(
    [
      ['openai_500', 502],
      ['server_503', 503],
      ['anthropic_529', 503],
    ] as const
  ).map(
    ([fault, status]): ProviderDemand => ({
      code: 'P18',
      name: `the provider failed (${fault})`,
      answer: { fault },
      retry: 'next',
      penalty: 'endpoint',
      alone: { status, code: 'all_attempts_failed' },
    }),
  ),
  ...(
    [
      ['nginx_502', 502],
      ['cloudflare_502', 502],
      ['edge_502_json', 502],
      ['plain_502', 502],
      ['nginx_504', 504],
      ['cloudflare_524', 504],
    ] as const
  ).map(
    ([fault, status]): ProviderDemand => ({
      code: 'P19',
      name: `a gateway in front of the provider failed (${fault})`,
      answer: { fault },
      retry: 'next',
      penalty: 'endpoint',
      alone: { status, code: 'all_attempts_failed' },
    }),
  ),
  {
    code: 'P20',
    name: 'a page with status 200',
    answer: { fault: 'html' },
    retry: 'next',
    penalty: 'endpoint',
    alone: failed,
    ways: all,
  },
  {
    code: 'P21',
    name: 'an error inside a 200',
    answer: { fault: 'error_in_200' },
    retry: 'next',
    penalty: 'endpoint',
    alone: failed,
    ways: all,
  },
  {
    code: 'P21',
    name: 'a rate limit inside a 200, told in a string of JSON',
    answer: { fault: 'error_429_in_200' },
    retry: 'next',
    penalty: 'model',
    alone: { status: 429, code: 'rate_limited', retryAfter: [7, 9] },
  },
  {
    code: 'P21',
    name: 'a dead key inside a 200',
    answer: { body: { error: { message: 'No auth credentials found', code: 401 } } },
    retry: 'next',
    penalty: 'endpoint',
    alone: failed,
  },
  ...(['empty', 'empty_choices', 'null_choices', 'no_message'] as const).map(
    (fault): ProviderDemand => ({
      code: 'P22',
      name: `a 200 without an answer (${fault})`,
      answer: { fault },
      retry: 'next',
      penalty: 'model',
      alone: failed,
      ways: all,
    }),
  ),
  {
    code: 'P24',
    name: 'empty content with a stop',
    answer: { fault: 'empty_content' },
    retry: 'next',
    penalty: 'model',
    alone: failed,
    ways: all,
  },
  {
    code: 'P24',
    name: 'empty content, finish network_error',
    answer: { fault: 'network_error_finish' },
    retry: 'next',
    penalty: 'model',
    alone: failed,
    ways: openai,
  },
  {
    code: 'P26',
    name: 'reasoning without an answer',
    answer: { fault: 'reasoning_only' },
    retry: 'next',
    penalty: 'model',
    alone: failed,
    ways: whole,
  },
  {
    code: 'P28',
    name: 'a finish reason that says error',
    answer: { fault: 'error_finish' },
    retry: 'next',
    penalty: 'model',
    alone: failed,
    ways: ['chat'],
  },
  {
    code: 'P27',
    name: "a prompt the provider's filter refuses",
    answer: json(400, {
      error: {
        message: "The response was filtered by Azure OpenAI's content management policy",
        code: 'content_filter',
      },
    }),
    retry: 'stop',
    penalty: 'none',
    alone: { status: 400, code: 'content_filter' },
  },
  ...(
    [
      ['flat', json(500, { message: 'boom', type: 'server_error', code: 'internal' })],
      ['a string', json(500, { error: 'boom' })],
      ['a problem document', json(500, { status: 500, title: 'Internal Server Error' })],
      ['a list of details', json(500, { detail: [{ loc: ['body'], msg: 'boom' }] })],
    ] as const
  ).map(
    ([shape, answer]): ProviderDemand => ({
      code: 'P31',
      name: `an error whose shape is ${shape}`,
      answer,
      retry: 'next',
      penalty: 'endpoint',
      alone: failed,
    }),
  ),
  {
    code: 'P31',
    name: 'a status nobody expects',
    answer: { status: 418 },
    retry: 'next',
    penalty: 'none',
    alone: failed,
  },
];

/** Answers that only look wrong: they reach the client as they are and nobody is blamed. */
export const VALID_ANSWERS: readonly {
  readonly code: string;
  readonly name: string;
  readonly answer: Behaviour;
  readonly says: RegExp;
  readonly ways?: ProviderDemand['ways'];
}[] = [
  {
    code: 'P23',
    name: 'empty content cut at the limit',
    answer: { fault: 'length_empty' },
    says: /"finish_reason":"length"|"stop_reason":"max_tokens"/,
  },
  {
    code: 'P25',
    name: 'tool calls without content',
    answer: { toolCall: { name: 'look_up', arguments: { q: 'x' } }, text: '' },
    says: /look_up/,
  },
  {
    code: 'P26',
    name: 'a stream of reasoning alone',
    answer: { fault: 'reasoning_only' },
    says: /think about/,
    ways: ['chat stream', 'messages stream'],
  },
  {
    code: 'P27',
    name: 'a filtered answer',
    answer: { fault: 'content_filter' },
    says: /"finish_reason":"content_filter"|"stop_reason":"refusal"/,
  },
  { code: 'P27', name: 'a refusal', answer: { fault: 'refusal' }, says: /can't assist/ },
  { code: 'P29', name: 'Retry-After on a success', answer: { fault: 'retry_after_on_200' }, says: /Hello/ },
  { code: 'P30', name: 'no usage', answer: { usage: false }, says: /Hello/ },
  {
    code: 'P32',
    name: 'broken JSON in the arguments of a tool call',
    answer: {
      body: {
        id: 'chatcmpl-1',
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            message: {
              role: 'assistant',
              content: null,
              tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look_up', arguments: '{"q":' } }],
            },
            finish_reason: 'tool_calls',
          },
        ],
      },
    },
    says: /look_up/,
    ways: openai,
  },
];
