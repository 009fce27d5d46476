import { allWays, failed, json, openaiWays, type ProviderDemand } from './provider-demand.ts';

/** P18 to P31: failures, and answers that are none. */
export const OUTAGES: readonly ProviderDemand[] = [
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
    ways: allWays,
  },
  {
    code: 'P21',
    name: 'an error inside a 200',
    answer: { fault: 'error_in_200' },
    retry: 'next',
    penalty: 'endpoint',
    alone: failed,
    ways: allWays,
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
      ways: allWays,
    }),
  ),
  {
    code: 'P24',
    name: 'empty content with a stop',
    answer: { fault: 'empty_content' },
    retry: 'next',
    penalty: 'model',
    alone: failed,
    ways: allWays,
  },
  {
    code: 'P24',
    name: 'empty content, finish network_error',
    answer: { fault: 'network_error_finish' },
    retry: 'next',
    penalty: 'model',
    alone: failed,
    ways: openaiWays,
  },
  {
    code: 'P26',
    name: 'reasoning without an answer',
    answer: { fault: 'reasoning_only' },
    retry: 'next',
    penalty: 'model',
    alone: failed,
    ways: ['chat', 'messages'],
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
  {
    code: 'P28',
    name: 'a finish reason that says error',
    answer: { fault: 'error_finish' },
    retry: 'next',
    penalty: 'model',
    alone: failed,
    ways: ['chat'],
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
