import type { ProviderError } from '@holdfast/core/verdict';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readErrorBody } from '../../src/errors/read-error-body.ts';
import { readProviderError } from '../../src/errors/read-provider-error.ts';

describe('every shape of an error is understood', () => {
  test.each<[string, unknown, Partial<ProviderError>]>([
    [
      'OpenAI',
      { error: { message: 'm', type: 't', param: 'p', code: 'c' } },
      { message: 'm', type: 't', param: 'p', code: 'c', status: null },
    ],
    [
      'Anthropic',
      { type: 'error', error: { type: 't', message: 'm' } },
      { message: 'm', type: 't', code: null },
    ],
    ['numeric code', { error: { message: 'm', code: 429 } }, { message: 'm', code: null, status: 429 }],
    ['numeric code as text', { error: { message: 'm', code: '503' } }, { code: null, status: 503 }],
    ['a code that is no status', { error: { message: 'm', code: '1302' } }, { code: '1302', status: null }],
    [
      'Google',
      [{ error: { code: 400, message: 'm', status: 'INVALID_ARGUMENT' } }],
      { message: 'm', type: 'INVALID_ARGUMENT', status: 400 },
    ],
    ['string', { error: 'm' }, { message: 'm', type: null }],
    ['string beside a type', { error: 'm', error_type: 'overloaded' }, { message: 'm', type: 'overloaded' }],
    [
      'flat',
      { message: 'm', type: 't', param: 'p', code: 'c' },
      { message: 'm', type: 't', param: 'p', code: 'c' },
    ],
    [
      'problem details',
      { status: 429, title: 'Too Many Requests' },
      { message: 'Too Many Requests', status: 429 },
    ],
    [
      'problem details with more',
      { type: 'about:blank', title: 'Bad Request', status: 400, detail: 'd' },
      { message: 'd', status: 400 },
    ],
    ['FastAPI string', { detail: 'm' }, { message: 'm' }],
    [
      'FastAPI list',
      { detail: [{ loc: ['body', 'n'], msg: 'required', type: 'missing' }] },
      { message: 'body.n: required' },
    ],
    ['FastAPI object', { detail: { error: 'm', code: 'c' } }, { message: 'm', code: 'c' }],
    [
      'Mistral',
      { object: 'error', message: { detail: [{ loc: ['body', 'n'], msg: 'no' }] }, code: '3051' },
      { message: 'body.n: no', code: '3051' },
    ],
    [
      'Cloudflare',
      { success: false, errors: [{ message: 'm', code: 4006 }] },
      { message: 'm', code: '4006' },
    ],
    ['MiniMax', { base_resp: { status_code: 1008, status_msg: 'm' } }, { message: 'm', code: '1008' }],
    ['Baidu', { error_code: 336003, error_msg: 'm' }, { message: 'm', code: '336003' }],
    ['xAI', { code: 'The caller may not', error: 'm' }, { message: 'm', code: 'The caller may not' }],
    ['AWS', { __type: 'ThrottlingException', message: 'm' }, { message: 'm', type: 'ThrottlingException' }],
    [
      'Azure inner code',
      { error: { message: 'm', innererror: { code: 'ResponsibleAIPolicyViolation' } } },
      { code: 'ResponsibleAIPolicyViolation' },
    ],
    ['nothing', {}, { message: '', code: null, status: null }],
    ['null', null, { message: '' }],
    ['a number', 7, { message: '' }],
    ['a text', 'm', { message: 'm' }],
    ['error: null', { error: null, message: 'm' }, { message: 'm' }],
  ])('%s', (_name, value, expected) => {
    expect(readProviderError(value)).toMatchObject(expected);
  });

  test("Google's details name the reason, or the quota of the day before that of the minute", () => {
    const quota = (...ids: string[]) => ({
      error: { code: 429, details: [{ violations: ids.map((quotaId) => ({ quotaId })) }] },
    });
    expect(readProviderError(quota('RequestsPerMinute', 'RequestsPerDay')).code).toBe('RequestsPerDay');
    expect(readProviderError({ error: { code: 400, details: [{ reason: 'API_KEY_INVALID' }] } }).code).toBe(
      'API_KEY_INVALID',
    );
  });

  test('an error wrapped by a router is unwrapped once; the outer status stays', () => {
    const raw = JSON.stringify({
      error: { message: 'inner', code: 'inner_code', status: 400, metadata: { raw: '{"error":"deeper"}' } },
    });
    const wrapped = readProviderError({
      error: { message: 'Provider returned error', code: 502, metadata: { raw } },
    });
    expect(wrapped).toMatchObject({ message: 'inner', code: 'inner_code', status: 502 });
    const telling = readProviderError({ error: { message: 'No endpoints', metadata: { raw } } });
    expect(telling).toMatchObject({ message: 'No endpoints', code: 'inner_code', status: 400 });
  });
});

test.each<[string, unknown, number | null]>([
  ['RetryInfo', { error: { details: [{ retryDelay: '34.4s' }] } }, 34_400],
  ['RetryInfo in parts', { error: { details: [{ retryDelay: { seconds: '3', nanos: 5 } }] } }, 3000],
  ['retry_after in the error', { error: { retry_after: 4 } }, 4000],
  ['retry_after beside it', { error: 'm', retry_after: '2.5' }, 2500],
  ['retry_after in parameters', { error: { parameters: { retry_after: 9 } } }, 9000],
  ['retry_after_ms', { error: { retry_after_ms: 120 } }, 120],
  ['a sentence', { error: 'Please wait 12 seconds before retrying' }, 12_000],
  ['fields before sentences', { error: { message: 'try again in 9s', retry_after: 1 } }, 1000],
  ['nonsense', { error: { retry_after: 'soon', details: 'x', parameters: [] } }, null],
  ['negative', { error: { retry_after: -3 } }, null],
])('the stated delay: %s', (_name, value, ms) => {
  expect(readProviderError(value).retryAfterMs).toBe(ms);
});

describe('every kind of body', () => {
  const read = (text: string) => {
    const { body, error } = readErrorBody(Buffer.from(text));
    return [body, error.message];
  };

  test.each<[string, string, string, string]>([
    ['JSON', '{"error":"m"}', 'json', 'm'],
    ['JSON text', '"m"', 'json', 'm'],
    ['JSON behind a mark and white space', '\uFEFF \n{"error":"m"}', 'json', 'm'],
    ['an event stream', 'event: error\ndata: {"error":{"message":"m"}}\n\n', 'json', 'm'],
    ['a page with a title', '<html><head><TITLE>502 Bad Gateway</TITLE></head>', 'html', '502 Bad Gateway'],
    ['a page with a heading', '<html><body><h1>Gone <b>away</b></h1>', 'html', 'Gone  away'],
    ['a page that says nothing', '<html>', 'html', ''],
    ['text', 'error code: 502', 'text', 'error code: 502'],
    ['half JSON', '{"error":{"message":"m', 'text', '{"error":{"message":"m'],
    ['white space', ' \n ', 'empty', ''],
    ['nothing', '', 'empty', ''],
  ])('%s', (_name, text, body, message) => {
    expect(read(text)).toEqual([body, message]);
  });

  test('bodies of 100 kB made to be slow or deep are read like any other', () => {
    const hostile = [
      '['.repeat(50_000) + ']'.repeat(50_000),
      `${'{"error":'.repeat(12_000)}1${'}'.repeat(12_000)}`,
      `{"error":{"message":"${'try again in '.repeat(7500)}"}}`,
      `{"error":{"message":"x","metadata":{"raw":"${'['.repeat(60_000)}"}}}`,
      '<'.repeat(100_000),
      `<title>${'<a '.repeat(33_000)}`,
      'data: '.repeat(16_000),
      `event: x\n${'data:\n'.repeat(16_000)}`,
      '\uFEFF'.repeat(33_000),
    ];
    for (const text of hostile)
      expect(readErrorBody(Buffer.from(text)).error.message.length).toBeLessThanOrEqual(4000);
  });

  test('any bytes and any JSON give an error of the agreed shape', () => {
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.json({ maxDepth: 5 }).map((text) => Buffer.from(text)),
      fc
        .dictionary(
          fc.constantFrom(
            'error',
            'errors',
            'message',
            'detail',
            'code',
            'type',
            'status',
            'details',
            'metadata',
            'raw',
            'base_resp',
            'retry_after',
          ),
          fc.jsonValue(),
        )
        .map((value) => Buffer.from(JSON.stringify({ error: value, ...value }))),
    );
    fc.assert(
      fc.property(body, (bytes) => {
        const { error } = readErrorBody(bytes);
        for (const word of [error.type, error.code, error.param])
          expect(word === null || (typeof word === 'string' && word !== '')).toBe(true);
        expect(typeof error.message).toBe('string');
        expect(error.status === null || (error.status >= 400 && error.status <= 599)).toBe(true);
        expect(error.retryAfterMs === null || error.retryAfterMs >= 0).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
