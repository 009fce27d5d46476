import { json, type ProviderDemand } from './provider-demand.ts';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** P12 to P17: limits of all kinds, and money. */
export const LIMITS: readonly ProviderDemand[] = [
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
];
