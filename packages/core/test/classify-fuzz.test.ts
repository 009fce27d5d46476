import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { classify } from '../src/classify/classify.ts';
import { ATTEMPT_RESULTS, type BodyFault, type Observation, type TransportCause } from '../src/verdict.ts';

const CAUSES: readonly TransportCause[] = [
  'refused',
  'dns',
  'dns_temporary',
  'tls',
  'connect_timeout',
  'closed',
  'reset',
  'protocol',
  'headers_overflow',
  'truncated',
  'too_large',
  'encoding',
  'refused_stream',
  'headers_timeout',
  'body_timeout',
  'length_mismatch',
  'unexpected_continue',
  'other',
];
const FAULTS: readonly BodyFault[] = [
  'empty_body',
  'not_json',
  'html',
  'no_choices',
  'empty_content',
  'reasoning_only',
  'finish_error',
  'truncated',
  'malformed_events',
  'line_too_long',
  'restarted',
];

const words = fc.constantFrom(
  'insufficient_quota',
  'rate_limit_exceeded',
  'context_length_exceeded',
  'model_not_found',
  'overloaded_error',
  'invalid_api_key',
  'content_filter',
  'Rate limit of 5 per 0s exceeded for UserConcurrentRequests',
  'tokens per day (TPD): Limit 100, Requested 200',
  'can only afford 12',
  'toString',
  '__proto__',
);
const text = fc.oneof(words, fc.string(), fc.string({ unit: 'binary' }));
const error = fc.record({
  status: fc.option(fc.integer()),
  type: fc.option(text),
  code: fc.option(text),
  param: fc.option(text),
  message: text,
  retryAfterMs: fc.option(fc.double()),
});
const headers = fc.dictionary(
  fc.constantFrom(
    'retry-after',
    'retry-after-ms',
    'x-ratelimit-type',
    'x-should-retry',
    'date',
    'x-ms-error-code',
  ),
  text,
);
const observation: fc.Arbitrary<Observation> = fc.oneof(
  fc.record({
    kind: fc.constant('transport' as const),
    cause: fc.constantFrom(...CAUSES),
    reusedSocket: fc.boolean(),
    detail: text,
  }),
  fc.record({
    kind: fc.constant('timeout' as const),
    timer: fc.constantFrom(
      'connect' as const,
      'headers' as const,
      'first_content' as const,
      'idle' as const,
      'total' as const,
      'deadline' as const,
    ),
    afterMs: fc.nat(),
  }),
  fc.record({
    kind: fc.constant('cancelled' as const),
    by: fc.constantFrom('client' as const, 'deadline' as const, 'hedge' as const, 'shutdown' as const),
  }),
  fc.record({
    kind: fc.constant('bad_body' as const),
    status: fc.integer({ min: 200, max: 299 }),
    fault: fc.constantFrom(...FAULTS),
  }),
  fc.record({
    kind: fc.constant('refused' as const),
    status: fc.oneof(fc.integer(), fc.integer({ min: 100, max: 600 })),
    headers,
    error,
    body: fc.constantFrom('json' as const, 'html' as const, 'text' as const, 'empty' as const),
  }),
);

test('every observation gets a valid verdict', () => {
  fc.assert(
    fc.property(observation, fc.boolean(), fc.integer({ min: 0, max: 4e12 }), (observed, pooled, nowMs) => {
      const verdict = classify(observed, { nowMs, pooled });
      expect(verdict.code).toMatch(/^[NPSXI]\d\d$/);
      expect(ATTEMPT_RESULTS).toContain(verdict.result);
      expect(verdict.clientStatus).toBeGreaterThanOrEqual(400);
      expect([401, 402]).not.toContain(verdict.clientStatus);
      expect(verdict.summary).toMatch(/^.{1,120}$/);
      if (verdict.bench !== null) {
        expect(verdict.bench.ms).toBeGreaterThanOrEqual(1);
        expect(verdict.bench.ms).toBeLessThanOrEqual(86_400_000);
      }
      if (!pooled) {
        expect(verdict.retry).not.toBe('token');
        expect(['none', 'endpoint', 'model']).toContain(verdict.scope);
      }
      if (verdict.retry === 'stop') expect(verdict.scope).toBe('none');
    }),
    { numRuns: 2000 },
  );
});

test('a message of 100 kB made to be slow is classified like any other', () => {
  const hostile = [
    'try again in '.repeat(8000),
    'model '.repeat(17_000),
    `limit: ${'1,'.repeat(50_000)}`,
    'requested: 1 '.repeat(8000),
    ' '.repeat(100_000),
    'input token count '.repeat(6000),
  ];
  for (const message of hostile) {
    for (const status of [400, 401, 402, 403, 404, 413, 422, 429, 500, 503]) {
      const refused: Observation = {
        kind: 'refused',
        status,
        headers: {},
        error: { status: null, type: null, code: null, param: null, message, retryAfterMs: null },
        body: 'json',
      };
      expect(classify(refused, { nowMs: 0, pooled: true }).status).toBe(status);
    }
  }
});
