import type { FaultName } from '../behaviour.ts';
import { anthropicError, type Fault, openaiError } from './fault.ts';
import { githubLimit } from './github-limit.ts';

/** Refusals for now or for today, each stating its delay its own way (P12 to P15, P17). */
export const limits = {
  openai_429: openaiError(
    429,
    {
      message:
        'Rate limit reached for gpt-4o in organization org-simulated on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.',
      type: 'requests',
      code: 'rate_limit_exceeded',
    },
    {
      'retry-after': '20',
      'x-ratelimit-limit-requests': '3',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '20s',
    },
  ),
  openai_429_prose: openaiError(429, {
    message:
      'Rate limit reached for gpt-4.1 in organization org-simulated on tokens per min (TPM): Limit 30000, Used 28039, Requested 3906. Please try again in 3.89s. Visit https://platform.openai.com/account/rate-limits to learn more.',
    type: 'tokens',
    code: 'rate_limit_exceeded',
  }),
  request_too_large_429: openaiError(429, {
    message:
      'Request too large for gpt-4o in organization org-simulated on tokens per min (TPM): Limit 30000, Requested 61337. The input or output tokens must be reduced in order to run successfully.',
    type: 'tokens',
    code: 'rate_limit_exceeded',
  }),
  anthropic_429: () =>
    anthropicError(
      429,
      'rate_limit_error',
      'This request would exceed the rate limit for your organization',
      {
        'retry-after': '12',
        'anthropic-ratelimit-requests-limit': '5',
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': new Date(Date.now() + 12_000)
          .toISOString()
          .replace(/\.\d+/, ''),
        'x-should-retry': 'true',
      },
    ),
  google_429: {
    status: 429,
    body: {
      error: {
        code: 429,
        message: 'You exceeded your current quota, please check your plan.',
        status: 'RESOURCE_EXHAUSTED',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
            violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier' }],
          },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' },
        ],
      },
    },
  },
  openrouter_429: {
    status: 429,
    body: {
      error: {
        code: 429,
        message: 'Provider returned error',
        metadata: {
          provider_name: 'Google',
          raw: 'google/gemini-2.0-flash-exp:free is temporarily rate-limited upstream. Please retry shortly, or add your own key to accumulate your rate limits: https://openrouter.ai/settings/integrations',
        },
      },
      user_id: 'user_simulated',
    },
  },
  openrouter_day_quota: () => {
    const midnight = Math.ceil(Date.now() / 86_400_000) * 86_400_000;
    const headers = {
      'X-RateLimit-Limit': '50',
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': `${midnight}`,
    };
    return {
      status: 429,
      headers,
      body: {
        error: {
          code: 429,
          message:
            'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
          metadata: { headers, provider_name: null },
        },
        user_id: 'user_simulated',
      },
    };
  },
  github_minute_quota: githubLimit({ type: 'UserByModelByMinute', limit: 10, windowS: 60, waitS: 42 }),
  github_day_quota: githubLimit({ type: 'UserByModelByDay', limit: 50, windowS: 86_400, waitS: 5631 }),
  github_concurrent: githubLimit({ type: 'UserConcurrentRequests', limit: 5, windowS: 0, waitS: 0 }),
  cerebras_queue: {
    status: 429,
    headers: { 'x-should-retry': 'false' },
    body: {
      message: "We're experiencing high traffic right now! Please try again soon.",
      type: 'too_many_requests_error',
      param: 'queue',
      code: 'queue_exceeded',
    },
  },
  nvidia_429: {
    status: 429,
    headers: { 'content-type': 'application/problem+json' },
    body: { status: 429, title: 'Too Many Requests' },
  },
} satisfies Partial<Record<FaultName, Fault>>;
