import type { Verdict } from '@holdfast/core/verdict';
import { describe, expect, test } from '@jest/globals';
import { anthropic, openai, verdictOn } from './verdict-on.ts';

type Case = readonly [string, number, object | string, Record<string, string>?];
const HOUR_MS = 3_600_000;

function all(expected: Partial<Verdict>, cases: readonly Case[]): void {
  test.each(cases)('%s', (_name, status, body, headers = {}) => {
    expect(verdictOn(status, body, headers)).toMatchObject({ status, passThrough: false, ...expected });
  });
}

describe('P05 a refused key is dead, another token goes on, and the client never sees the 401', () => {
  all({ code: 'P05', retry: 'token', scope: 'token', dead: true, result: 'auth_error', clientStatus: 502 }, [
    ['OpenAI', 401, openai('Incorrect API key provided: abc-****wxyz.', 'invalid_api_key')],
    ['OpenAI, deactivated', 401, openai('Your account has been deactivated.', 'account_deactivated')],
    ['Anthropic', 401, anthropic('authentication_error', 'invalid x-api-key'), { 'x-should-retry': 'false' }],
    ['OpenRouter', 401, { error: { message: 'User not found.', code: 401 } }],
    [
      'GitHub',
      401,
      { message: 'Bad credentials', documentation_url: 'https://docs.example.com', status: '401' },
    ],
    ['NVIDIA', 401, { status: 401, title: 'Unauthorized', detail: 'Authentication failed' }],
    ['FastAPI', 401, { detail: 'Invalid or expired key' }],
    [
      'Cerebras',
      401,
      { message: 'Wrong API Key', type: 'invalid_request_error', param: 'api_key', code: 'wrong_api_key' },
    ],
    ['a relay', 401, { error: { message: '无效的令牌', type: 'new_api_error' } }],
    [
      'Google, leaked',
      403,
      {
        error: {
          code: 403,
          message: 'Your API key was reported as leaked. Please use another API key.',
          status: 'PERMISSION_DENIED',
        },
      },
    ],
    [
      'inside a 200',
      200,
      { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } },
    ],
  ]);

  test('rests for an hour at least', () => {
    expect(verdictOn(401, openai('no', 'invalid_api_key')).bench?.ms).toBeGreaterThanOrEqual(HOUR_MS);
  });

  test('an endpoint with a single key is the one to blame, for as long', () => {
    const verdict = verdictOn(401, openai('no', 'invalid_api_key'), {}, { pooled: false });
    expect(verdict).toMatchObject({
      retry: 'endpoint',
      scope: 'endpoint',
      dead: true,
      bench: { ms: HOUR_MS, provenance: 'heuristic' },
    });
  });

  test('Azure’s words for it mention a subscription and mean the key', () => {
    const message =
      'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription.';
    expect(verdictOn(401, { error: { code: '401', message } })).toMatchObject({ code: 'P05', dead: true });
    const missing = 'Access denied due to missing subscription key. Make sure to include subscription key.';
    expect(verdictOn(401, { statusCode: 401, message: missing })).toMatchObject({ code: 'P05', dead: true });
  });

  test('MiniMax says it with a number inside a 200', () => {
    const body = { base_resp: { status_code: 1004, status_msg: 'login fail: carry the API secret key' } };
    expect(verdictOn(200, body)).toMatchObject({ code: 'P05', dead: true });
  });
});

describe('P05 a bare 401 may be a wall before one model: the key survives', () => {
  all({ code: 'P05', retry: 'token', scope: 'account_model', dead: false }, [
    ['string', 401, { error: 'Unauthorized' }],
    ['message', 401, { message: 'Unauthorized' }],
    ['object', 401, { error: { code: 401, message: 'Unauthorized' } }],
    ['text', 401, 'Unauthorized'],
    ['nothing', 401, ''],
  ]);
});

describe('P06 forbidden is no dead key', () => {
  all(
    {
      code: 'P06',
      dead: false,
      result: 'auth_error',
      clientStatus: 502,
      scope: 'account_model',
      bench: { ms: 24 * HOUR_MS, provenance: 'tier' },
    },
    [
      [
        'Ollama subscription',
        403,
        {
          error: {
            message: 'this model requires a subscription, upgrade for access: https://example.com/upgrade',
            type: 'api_error',
          },
        },
      ],
      [
        'Ollama plan',
        403,
        { error: 'this model requires both a Pro, Max, or Team plan and extra usage, upgrade for access' },
      ],
      ['GitHub', 403, { error: { code: 'no_access', message: 'No access to model: acme/x' } }],
      ['another wording', 403, openai('This model is not available in your current plan.')],
    ],
  );

  describe('without a plan it rests shortly', () => {
    all({ code: 'P06', dead: false, bench: { ms: 60_000, provenance: 'heuristic' } }, [
      ['bare', 403, { error: 'Forbidden' }],
      [
        'Anthropic',
        403,
        anthropic('permission_error', 'Your API key does not have permission to use the specified resource.'),
      ],
      [
        'region',
        403,
        openai(
          'Country, region, or territory not supported',
          'unsupported_country_region_territory',
          'request_forbidden',
        ),
      ],
      [
        'region, as Google says it',
        400,
        {
          error: {
            code: 400,
            message: 'User location is not supported for the API use.',
            status: 'FAILED_PRECONDITION',
          },
        },
      ],
      [
        'firewall',
        403,
        '<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head></html>',
      ],
      ['nothing', 403, ''],
    ]);
  });
});

describe('P07 no credit: another account, then another endpoint', () => {
  all(
    {
      code: 'P07',
      retry: 'token',
      scope: 'account',
      dead: false,
      result: 'quota_exhausted',
      clientStatus: 503,
      bench: { ms: HOUR_MS, provenance: 'credit' },
    },
    [
      [
        'HF, a string',
        402,
        { error: 'You have depleted your monthly included credits.' },
        { 'x-error-message': 'You have depleted' },
      ],
      ['DeepSeek', 402, openai('Insufficient Balance', 'invalid_request_error', 'unknown_error')],
      ['Anthropic', 402, anthropic('billing_error', 'Your billing details need attention')],
      ['nothing said', 402, ''],
      [
        'OpenRouter, nothing left',
        402,
        {
          error: {
            message:
              'This request requires more credits. You requested up to 100 tokens, but can only afford 0.',
            code: 402,
          },
        },
      ],
      ['inside a 200', 200, { error: { message: 'Insufficient credits', code: 402 }, user_id: 'user_x' }],
    ],
  );

  test('what a smaller request could still use rests only that model, and shortly', () => {
    const body = {
      error: {
        message:
          'This request requires more credits, or fewer max_tokens. You requested up to 4096 tokens, but can only afford 812.',
        code: 402,
      },
    };
    expect(verdictOn(402, body)).toMatchObject({
      code: 'P07',
      scope: 'account_model',
      bench: { ms: 300_000, provenance: 'credit' },
    });
  });
});

describe('P08 the model is not here: another endpoint, whatever the token', () => {
  all({ code: 'P08', retry: 'endpoint', scope: 'model', clientStatus: 404, dead: false }, [
    [
      'OpenAI',
      404,
      openai('The model `none-1` does not exist or you do not have access to it.', 'model_not_found'),
    ],
    ['Ollama', 404, { error: "model 'none:7b' not found" }],
    [
      'Azure',
      404,
      {
        error: {
          code: 'DeploymentNotFound',
          message: 'The API deployment for this resource does not exist.',
        },
      },
    ],
    ['Anthropic', 404, anthropic('not_found_error', 'model: claude-none')],
    [
      'NVIDIA',
      404,
      { status: 404, title: 'Not Found', detail: "Function 'abc': Not found for account 'def'" },
    ],
    ['gone', 410, 'Gone'],
    ['a wrong path', 404, '<html><head><title>404 Not Found</title></head></html>'],
    ['a path that takes no POST', 405, { detail: 'Method Not Allowed' }],
    [
      'no access, by OpenAI project',
      403,
      openai('Project `proj_1` does not have access to model `gpt-x`', 'model_not_found'),
    ],
    [
      'a relay without a channel',
      503,
      openai('No available channel for model x under group default', 'model_not_found', 'new_api_error'),
    ],
    ['inside a 200', 200, { error: "model 'none' not found" }],
  ]);
});

describe('P09 once more on a new connection', () => {
  test('408 counts against the endpoint, 409 against nobody', () => {
    expect(verdictOn(408, '')).toMatchObject({
      code: 'P09',
      retry: 'same_once',
      scope: 'endpoint',
      result: 'timeout',
      clientStatus: 504,
    });
    expect(verdictOn(409, openai('conflict'))).toMatchObject({
      code: 'P09',
      retry: 'same_once',
      scope: 'none',
      clientStatus: 502,
    });
  });

  test('unless the provider says not here', () => {
    expect(verdictOn(409, openai('conflict'), { 'x-should-retry': 'false' }).retry).toBe('endpoint');
  });
});

test('a disabled account is a dead key behind a 400 too', () => {
  for (const body of [
    anthropic('invalid_request_error', 'This organization has been disabled.'),
    openai('Organization has been restricted. Please reach out to support.', 'organization_restricted'),
    { code: 'Client specified an invalid argument', error: 'Incorrect API key provided: xa***90.' },
  ]) {
    expect(verdictOn(400, body)).toMatchObject({ code: 'P04', scope: 'token', dead: true });
  }
});

test('a model that is only unfit for this request keeps its standing', () => {
  const body = { error: { message: 'No endpoints found that support tool use.', code: 404 } };
  expect(verdictOn(404, body)).toMatchObject({ code: 'P08', retry: 'endpoint', scope: 'none', bench: null });
});

test('money is known behind other statuses too', () => {
  for (const [status, body] of [
    [400, anthropic('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.')],
    [
      400,
      { code: 'Arrearage', message: 'Access denied, please make sure your account is in good standing.' },
    ],
    [403, openai('用户额度不足', 'insufficient_user_quota', 'new_api_error')],
    [
      429,
      openai(
        'You exceeded your current quota, please check your plan and billing details.',
        'insufficient_quota',
        'insufficient_quota',
      ),
    ],
  ] as const) {
    expect(verdictOn(status, body)).toMatchObject({
      code: 'P16',
      scope: 'account',
      result: 'quota_exhausted',
      clientStatus: 503,
    });
  }
});
