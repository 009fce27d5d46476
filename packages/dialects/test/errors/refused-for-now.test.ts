import type { Verdict } from '@holdfast/core/verdict';
import { describe, expect, test } from '@jest/globals';
import { anthropic, openai, verdictOn } from './verdict-on.ts';

type Case = readonly [string, number, object | string, Record<string, string>?];

function all(expected: Partial<Verdict>, cases: readonly Case[]): void {
  test.each(cases)('%s', (_name, status, body, headers = {}) => {
    expect(verdictOn(status, body, headers)).toMatchObject({
      status,
      passThrough: false,
      dead: false,
      ...expected,
    });
  });
}

const github = (text: string) => ({ error: { code: 'RateLimitReached', message: text, details: text } });
const google = (quotaId: string, retryDelay: string) => ({
  error: {
    code: 429,
    message: 'You exceeded your current quota, please check your plan and billing details.',
    status: 'RESOURCE_EXHAUSTED',
    details: [
      { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaMetric: 'm', quotaId }] },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
    ],
  },
});

describe('P12 a rate limit with Retry-After parks the token until then', () => {
  const rate = {
    code: 'P12',
    retry: 'token',
    scope: 'token',
    result: 'rate_limited',
    clientStatus: 429,
  } as const;
  test.each<[string, Record<string, string>, number]>([
    ['seconds', { 'retry-after': '2' }, 2000],
    ['ms', { 'retry-after-ms': '350', 'retry-after': '1' }, 350],
    [
      'a date',
      { 'retry-after': 'Mon, 01 Jun 2026 12:00:30 GMT', date: 'Mon, 01 Jun 2026 12:00:00 GMT' },
      30_000,
    ],
    ['zero', { 'retry-after': '0' }, 1000],
  ])('%s', (_name, headers, ms) => {
    const verdict = verdictOn(
      429,
      anthropic('rate_limit_error', 'This request would exceed your rate limit.'),
      headers,
    );
    expect(verdict).toMatchObject({ ...rate, bench: { ms, provenance: 'authoritative' } });
  });

  test('at an endpoint with a single key it is the model there that rests', () => {
    const verdict = verdictOn(
      429,
      openai('slow down', 'rate_limit_exceeded'),
      { 'retry-after': '2' },
      { pooled: false },
    );
    expect(verdict).toMatchObject({
      retry: 'endpoint',
      scope: 'model',
      bench: { ms: 2000 },
      summary: '429 (retry in 2 s)',
    });
  });
});

describe('P13 a rate limit that states its delay elsewhere, or not at all', () => {
  test.each<[string, object | string, Record<string, string>, number | null]>([
    [
      'OpenAI prose',
      openai(
        'Rate limit reached for x in organization org-abc on tokens per min (TPM): Limit 30000, Used 29000, Requested 3906. Please try again in 5.8s.',
        'rate_limit_exceeded',
        'tokens',
      ),
      {},
      5800,
    ],
    [
      'OpenAI prose in ms',
      openai(
        'Rate limit reached on requests per min (RPM). Please try again in 374ms.',
        'rate_limit_exceeded',
        'requests',
      ),
      {},
      374,
    ],
    [
      'Anthropic reset',
      anthropic('rate_limit_error', 'limit'),
      {
        date: 'Mon, 01 Jun 2026 12:00:00 GMT',
        'anthropic-ratelimit-tokens-remaining': '0',
        'anthropic-ratelimit-tokens-reset': '2026-06-01T12:00:41Z',
      },
      41_000,
    ],
    ['Google RetryInfo', google('GenerateRequestsPerMinutePerProjectPerModel-FreeTier', '21.5s'), {}, 21_500],
    ['LLM7', { error: { message: 'Rate limit exceeded', retry_after: 4 } }, {}, 4000],
    ['GitHub header', openai('slow down', 'RateLimitReached'), { 'x-ratelimit-timeremaining': '17' }, 17_000],
    ['NVIDIA says nothing', { status: 429, title: 'Too Many Requests' }, {}, null],
    [
      'Cerebras, flat',
      {
        message: 'Tokens per minute limit exceeded - too many tokens processed.',
        type: 'too_many_tokens_error',
        param: 'quota',
        code: 'token_quota_exceeded',
      },
      {},
      null,
    ],
    ['text', 'Too Many Requests', {}, null],
    ['nothing', '', {}, null],
  ])('%s', (_name, body, headers, ms) => {
    const verdict = verdictOn(429, body, headers);
    expect(verdict).toMatchObject({
      code: 'P13',
      retry: 'token',
      scope: 'token',
      result: 'rate_limited',
      clientStatus: 429,
    });
    expect(verdict.bench?.ms ?? null).toBe(ms);
  });

  test("GitHub names whose limit it was: the account's for one model, or for all", () => {
    const minute = github(
      'Rate limit of 10 per 60s exceeded for UserByModelByMinute. Please wait 39 seconds before retrying.',
    );
    expect(verdictOn(429, minute)).toMatchObject({
      code: 'P12',
      scope: 'account_model',
      bench: { ms: 39_000 },
    });
    const any = github('Rate limit exceeded.');
    expect(verdictOn(429, any, { 'x-ratelimit-type': 'UserByMinute', 'retry-after': '5' })).toMatchObject({
      scope: 'account',
      bench: { ms: 5000 },
    });
  });

  test("a limit behind the provider is the model's: no token of ours changes it", () => {
    const body = {
      error: {
        code: 429,
        message: 'Provider returned error',
        metadata: {
          provider_name: 'Acme',
          raw: 'acme/model:free is temporarily rate-limited upstream. Please retry shortly.',
        },
      },
    };
    expect(verdictOn(429, body)).toMatchObject({
      code: 'P12',
      retry: 'endpoint',
      scope: 'model',
      result: 'rate_limited',
    });
  });
});

describe('P14 too many at once lowers the cap and parks nobody', () => {
  all(
    {
      code: 'P14',
      scope: 'none',
      concurrency: true,
      result: 'rate_limited',
      clientStatus: 503,
      bench: { ms: 1000, provenance: 'heuristic' },
    },
    [
      [
        'GitHub',
        429,
        github(
          'Rate limit of 5 per 0s exceeded for UserConcurrentRequests. Please wait 0 seconds before retrying.',
        ),
        { 'retry-after': '0', 'x-ratelimit-type': 'UserConcurrentRequests' },
      ],
      [
        'Cerebras',
        429,
        {
          message: 'The queue is full.',
          type: 'too_many_requests_error',
          param: 'queue',
          code: 'queue_exceeded',
        },
        { 'retry-after': '60', 'x-should-retry': 'false' },
      ],
      ['Z.ai', 429, { error: { code: '1302', message: 'High concurrency usage of this API' } }],
      [
        'Anthropic',
        429,
        anthropic('rate_limit_error', 'Number of concurrent connections has exceeded your rate limit'),
      ],
      [
        'Moonshot',
        429,
        {
          error: {
            message: 'max organization concurrency: 1, please try again after 1 seconds',
            type: 'rate_limit_reached_error',
          },
        },
      ],
    ],
  );
});

describe("P15 the day's quota rests that account for that model until its reset", () => {
  const day = {
    code: 'P15',
    retry: 'token',
    scope: 'account_model',
    result: 'quota_exhausted',
    clientStatus: 429,
  } as const;
  const untilUtcMidnight = 12 * 3_600_000;
  const untilPacificMidnight = 19 * 3_600_000;
  test.each<[string, object, Record<string, string>, number]>([
    [
      'GitHub',
      github(
        'Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 7012 seconds before retrying.',
      ),
      { 'retry-after': '7012', 'x-ratelimit-type': 'UserByModelByDay' },
      7_012_000,
    ],
    [
      'GitHub, from the body alone',
      github(
        'Rate limit of 50 per 86400s exceeded for UserByModelByDay. Please wait 7012 seconds before retrying.',
      ),
      {},
      7_012_000,
    ],
    [
      'OpenRouter',
      {
        error: {
          message:
            'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
          code: 429,
        },
      },
      {},
      untilUtcMidnight,
    ],
    [
      'Cloudflare',
      {
        errors: [
          {
            message: 'AiError: you have used up your daily free allocation of 10,000 neurons, please upgrade',
            code: 4006,
          },
        ],
        success: false,
        result: {},
      },
      {},
      untilUtcMidnight,
    ],
    [
      'Google, whose RetryInfo speaks of the minute',
      google('GenerateRequestsPerDayPerProjectPerModel-FreeTier', '17s'),
      {},
      untilPacificMidnight,
    ],
    [
      'Groq, a rolling day',
      openai(
        'Rate limit reached for model `x` on tokens per day (TPD): Limit 100000, Used 99900, Requested 800. Please try again in 14m24s.',
        'rate_limit_exceeded',
        'tokens',
      ),
      {},
      864_000,
    ],
    [
      'Cerebras',
      {
        message: 'Requests per day limit exceeded - too many requests sent.',
        type: 'too_many_requests_error',
        code: 'request_quota_exceeded',
      },
      {},
      untilUtcMidnight,
    ],
  ])('%s', (_name, body, headers, ms) => {
    expect(verdictOn(429, body, headers)).toMatchObject({
      ...day,
      bench: { ms, provenance: 'authoritative' },
    });
  });

  test('an offer that mentions a day after a limit of the minute is no day quota', () => {
    const body = {
      error: {
        message:
          'Rate limit exceeded: free-models-per-min. Add credits to unlock 1000 free model requests per day',
        code: 429,
      },
    };
    expect(verdictOn(429, body).code).toBe('P13');
    expect(verdictOn(429, openai('Maximum 100 credits per 1 hour or 400 credits per day.')).code).toBe('P13');
  });
});

describe('P16 a 429 that means money rests the account for long', () => {
  all(
    {
      code: 'P16',
      retry: 'token',
      scope: 'account',
      result: 'quota_exhausted',
      clientStatus: 503,
      bench: { ms: 3_600_000, provenance: 'credit' },
    },
    [
      [
        'xAI, whose limit is a monthly one',
        429,
        {
          code: 'Some resource has been exhausted',
          error: 'Your team has either used all available credits or reached its monthly spending limit.',
        },
      ],
      [
        'OpenAI',
        429,
        openai(
          'You exceeded your current quota, please check your plan and billing details.',
          'insufficient_quota',
          'insufficient_quota',
        ),
      ],
      [
        'the new code',
        429,
        openai('Your credits are used up.', 'credit_balance_exhausted', null),
        { 'retry-after': '5' },
      ],
      [
        'Moonshot',
        429,
        {
          error: {
            message: 'Your account is suspended due to insufficient balance',
            type: 'exceeded_current_quota_error',
          },
        },
      ],
      ['Zhipu', 429, { error: { code: '1113', message: '您的账户已欠费' } }],
      [
        'in words only',
        429,
        { error: 'You exceeded your current quota, please check your plan and billing details.' },
      ],
    ],
  );
});

describe('P17 a request that can never fit is not waited for', () => {
  all({ code: 'P17', retry: 'endpoint', scope: 'none', tooLarge: true, bench: null, clientStatus: 413 }, [
    [
      'OpenAI',
      429,
      openai(
        'Request too large for x in organization org-abc on tokens per min (TPM): Limit 30000, Requested 61337.',
        'rate_limit_exceeded',
        'tokens',
      ),
      { 'retry-after': '9' },
    ],
    [
      'by its figures',
      429,
      openai(
        'Rate limit reached on tokens per minute (TPM): Limit 8,000, Used 0, Requested 36,532. Please try again in 9s.',
        'rate_limit_exceeded',
        'tokens',
      ),
    ],
    [
      'GitHub',
      429,
      {
        error: {
          code: 'tokens_limit_reached',
          message: 'Request body too large for x model. Max size: 8000 tokens.',
        },
      },
    ],
  ]);
});

describe('P18 the provider failed', () => {
  const failed = { code: 'P18', retry: 'endpoint', scope: 'endpoint' } as const;
  describe('500', () => {
    all({ ...failed, result: 'server_error', clientStatus: 502, bench: null }, [
      ['OpenAI', 500, openai('The server had an error while processing your request.', null, 'server_error')],
      ['Anthropic', 500, anthropic('api_error', 'Internal server error')],
      [
        'words of another fault',
        500,
        openai('the model took 5003ms; rate limit of 429 per day; invalid api key', null, 'server_error'),
      ],
      ['rare', 507, ''],
    ]);
  });
  describe('overloaded', () => {
    all({ ...failed, result: 'overloaded', clientStatus: 503 }, [
      ['503', 503, openai('That model is currently overloaded with other requests.', null, 'server_error')],
      ['529', 529, anthropic('overloaded_error', 'Overloaded'), { 'x-should-retry': 'true' }],
      [
        'Moonshot says 429',
        429,
        {
          error: {
            message: 'The engine is currently overloaded, please try again later',
            type: 'engine_overloaded_error',
          },
        },
      ],
      [
        'Google',
        503,
        [
          {
            error: {
              code: 503,
              message: 'The model is overloaded. Please try again later.',
              status: 'UNAVAILABLE',
            },
          },
        ],
      ],
      [
        'Azure says 429',
        429,
        { error: { code: 'NoCapacity', message: 'The system is currently experiencing high demand.' } },
      ],
      ['a relay says 400', 400, anthropic('overloaded_error', 'Overloaded')],
    ]);
  });

  test('rests for a stated time, but not for what its rate buckets say', () => {
    expect(verdictOn(503, { error: 'busy' }, { 'retry-after': '20' }).bench).toEqual({
      ms: 20_000,
      provenance: 'authoritative',
    });
    expect(
      verdictOn(
        500,
        { error: 'no' },
        { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0s' },
      ).bench,
    ).toBeNull();
  });
});

describe('P19 what stands before the provider failed', () => {
  const page = (title: string) =>
    `<!DOCTYPE html>\n<html><head>\n<title>${title}</title></head><body>${'x'.repeat(2000)}</body></html>`;
  all({ code: 'P19', retry: 'endpoint', scope: 'endpoint' }, [
    ['nginx 502', 502, page('502 Bad Gateway')],
    ['Cloudflare 502', 502, page('api.example.com | 502: Bad gateway')],
    ['Cloudflare text', 502, 'error code: 502'],
    [
      'Cloudflare JSON',
      502,
      { error: { code: 502, message: 'Bad gateway.', param: null, type: 'cf_bad_gateway' } },
    ],
    ['nginx 503', 503, page('503 Service Temporarily Unavailable')],
    ['nginx 504', 504, page('504 Gateway Time-out')],
    ['Cloudflare 520', 520, page('520: Web server is returning an unknown error')],
    ['Cloudflare 524', 524, 'error code: 524'],
    ['Cloudflare 530', 530, 'error code: 1033'],
    ['nothing', 502, ''],
  ]);

  test('a wait in vain is a timeout, nobody to serve an overload', () => {
    expect(verdictOn(504, '')).toMatchObject({ result: 'timeout', clientStatus: 504 });
    expect(verdictOn(524, 'error code: 524')).toMatchObject({ result: 'timeout', clientStatus: 504 });
    expect(verdictOn(503, page('503'))).toMatchObject({ result: 'overloaded', clientStatus: 503 });
    expect(verdictOn(502, '')).toMatchObject({ result: 'server_error', clientStatus: 502 });
  });
});

describe('P21 an error inside a 200 is what it says it is', () => {
  test.each<[string, object, string]>([
    ['500', { error: { message: 'Internal Server Error', code: 500 }, user_id: 'org_x' }, 'P18'],
    ['502', { error: { message: 'Provider returned error', code: 502 } }, 'P19'],
    ['429', { error: { message: 'Rate limit exceeded', code: 429 } }, 'P13'],
    ['402', { error: { message: 'Insufficient credits', code: 402 } }, 'P07'],
    ['400', { error: { message: "Unsupported parameter: 'x'", code: 400 } }, 'P01'],
    ['a code in words', { error: { message: 'too many', code: 'rate_limit_exceeded' } }, 'P13'],
    ['a type', { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 'P18'],
    [
      'a wrapped error',
      {
        error: {
          message: 'Provider returned error',
          metadata: { raw: '{"error":{"code":503,"message":"no capacity"}}' },
        },
      },
      'P18',
    ],
    [
      'a wrapped type',
      {
        error: {
          message: 'Provider returned error',
          metadata: { raw: '{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}' },
        },
      },
      'P13',
    ],
    ['words only', { error: 'Rate limit exceeded, retry after 3 seconds' }, 'P13'],
    ['nothing telling', { error: { message: 'Something went wrong' } }, 'P21'],
  ])('%s', (_name, body, code) => {
    const verdict = verdictOn(200, body);
    expect(verdict).toMatchObject({ code, status: 200 });
    expect(verdict.clientStatus).toBeGreaterThanOrEqual(400);
  });

  test('says so in the trail', () => {
    expect(verdictOn(200, { error: { message: 'no', code: 502 } }).summary).toBe('200 with error 502');
  });
});

describe('P31 a status nobody expects goes to another endpoint and blames nobody', () => {
  all({ code: 'P31', retry: 'endpoint', scope: 'none', clientStatus: 502, result: 'client_error' }, [
    ['418', 418, 'teapot'],
    ['415', 415, { detail: 'Unsupported Media Type' }],
    ['431', 431, ''],
    ['999', 999, ''],
  ]);
});

test('P18 a 429 may mean that the provider is overloaded (Volcengine)', () => {
  const error = {
    code: 'ServerOverloaded',
    message: 'unable to handle additional requests',
    type: 'TooManyRequests',
  };
  expect(verdictOn(429, { error })).toMatchObject({ code: 'P18', result: 'overloaded', scope: 'endpoint' });
});
