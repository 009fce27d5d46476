import { describe, expect, test } from '@jest/globals';
import { classify } from '../src/classify/classify.ts';
import type { ClassifyContext, Observation, TransportCause, Verdict } from '../src/verdict.ts';

const context: ClassifyContext = { nowMs: Date.UTC(2026, 5, 1, 12), pooled: false };

function transport(cause: TransportCause, reusedSocket = false): Verdict {
  return classify({ kind: 'transport', cause, reusedSocket, detail: '' }, context);
}

function timeout(timer: Extract<Observation, { kind: 'timeout' }>['timer']): Verdict {
  return classify({ kind: 'timeout', timer, afterMs: 30_000 }, context);
}

describe('network faults before an answer', () => {
  const next = { retry: 'endpoint', scope: 'endpoint' } as const;
  const same = { retry: 'same_once', scope: 'none' } as const;
  const cases: readonly (readonly [string, TransportCause, boolean, Partial<Verdict>])[] = [
    ['N01 refused', 'refused', false, { code: 'N01', ...next, result: 'connect_error', clientStatus: 502 }],
    ['N02 unknown host', 'dns', false, { code: 'N02', ...next, clientStatus: 502 }],
    [
      'N02 name service failed',
      'dns_temporary',
      false,
      { code: 'N02', retry: 'same_once', scope: 'endpoint' },
    ],
    ['N03 TLS', 'tls', false, { code: 'N03', ...next, bench: { ms: 300_000, provenance: 'heuristic' } }],
    [
      'N04 connect timeout',
      'connect_timeout',
      false,
      { code: 'N04', ...next, result: 'timeout', clientStatus: 504 },
    ],
    ['N05 closed on a fresh socket', 'closed', false, { code: 'N05', ...next }],
    ['N05 closed on a reused socket', 'closed', true, { code: 'N05', ...same }],
    ['N06 reset on a fresh socket', 'reset', false, { code: 'N06', ...next }],
    ['N06 reset on a reused socket', 'reset', true, { code: 'N06', ...same }],
    ['N07 late headers', 'headers_timeout', false, { code: 'N07', ...next, clientStatus: 504 }],
    ['N08 malformed HTTP', 'protocol', false, { code: 'N08', ...next, result: 'bad_response' }],
    ['N09 oversized headers', 'headers_overflow', false, { code: 'N09', ...next }],
    ['N10, N13 cut short', 'truncated', false, { code: 'N13', ...next, clientStatus: 502 }],
    ['N13 cut short on a reused socket', 'truncated', true, { code: 'N13', ...next }],
    ['N14 contradicting lengths', 'length_mismatch', false, { code: 'N14', ...next }],
    ['N15 stalled body', 'body_timeout', false, { code: 'N15', ...next, clientStatus: 504 }],
    ['N17 unsolicited 100', 'unexpected_continue', false, { code: 'N17', ...next }],
    ['N19 undecodable body', 'encoding', false, { code: 'N19', ...next }],
    ['N21 refused stream', 'refused_stream', false, { code: 'N21', ...same }],
    ['N22 unbounded body', 'too_large', false, { code: 'N22', ...next, tooLarge: false }],
    ['anything else', 'other', true, { code: 'N00', ...next }],
  ];
  test.each(cases)('%s', (_name, cause, reused, expected) => {
    expect(transport(cause, reused)).toMatchObject({
      status: null,
      dead: false,
      passThrough: false,
      ...expected,
    });
  });

  test('N11 half a document delivered as complete goes to another endpoint', () => {
    const verdict = classify({ kind: 'bad_body', status: 200, fault: 'not_json' }, context);
    expect(verdict).toMatchObject({
      code: 'N11',
      retry: 'endpoint',
      scope: 'endpoint',
      clientStatus: 502,
      status: 200,
    });
  });

  test('N12 a document or stream without its end goes to another endpoint', () => {
    const verdict = classify({ kind: 'bad_body', status: 200, fault: 'truncated' }, context);
    expect(verdict).toMatchObject({ code: 'N12', retry: 'endpoint', scope: 'endpoint', clientStatus: 502 });
  });

  test("N20 a redirect is never followed and never the client's", () => {
    const error = { status: null, type: null, code: null, param: null, message: '', retryAfterMs: null };
    const verdict = classify(
      {
        kind: 'refused',
        status: 302,
        headers: { location: 'http://elsewhere.example' },
        error,
        body: 'empty',
      },
      context,
    );
    expect(verdict).toMatchObject({ code: 'N20', retry: 'endpoint', scope: 'endpoint', clientStatus: 502 });
  });
});

describe('timers', () => {
  test.each([
    ['connect', 'N04'],
    ['headers', 'N07'],
    ['first_content', 'N16'],
    ['idle', 'N15'],
  ] as const)('%s is %s: another endpoint, counted, 504', (timer, code) => {
    expect(timeout(timer)).toMatchObject({
      code,
      result: 'timeout',
      retry: 'endpoint',
      scope: 'endpoint',
      clientStatus: 504,
    });
  });

  test('say how long was waited', () => {
    expect(timeout('first_content').summary).toBe('timeout after 30.0 s');
    expect(timeout('idle').summary).toBe('stalled after 30.0 s');
  });

  test.each(['deadline', 'total'] as const)(
    'S18 the %s of the request blames nobody and ends it',
    (timer) => {
      expect(timeout(timer)).toMatchObject({
        code: 'S18',
        result: 'aborted',
        retry: 'stop',
        scope: 'none',
        clientStatus: 504,
      });
    },
  );
});

describe("what we cut ourselves is nobody's failure", () => {
  test.each([
    ['client', 'S15', 499],
    ['deadline', 'S18', 504],
    ['hedge', 'X12', 504],
    ['shutdown', 'I09', 503],
  ] as const)('%s', (by, code, clientStatus) => {
    const verdict = classify({ kind: 'cancelled', by }, context);
    expect(verdict).toMatchObject({
      code,
      result: 'aborted',
      retry: 'stop',
      scope: 'none',
      bench: null,
      clientStatus,
    });
  });
});

describe('streams that cannot be read on', () => {
  test.each([
    ['line_too_long', 'S08'],
    ['malformed_events', 'S09'],
  ] as const)('%s is %s', (fault, code) => {
    const verdict = classify({ kind: 'bad_body', status: 200, fault }, context);
    expect(verdict).toMatchObject({
      code,
      retry: 'endpoint',
      scope: 'endpoint',
      result: 'bad_response',
      clientStatus: 502,
    });
  });
});

test('a success is ok and blames nobody', () => {
  expect(classify({ kind: 'success' }, context)).toMatchObject({
    code: 'ok',
    result: 'ok',
    scope: 'none',
    clientStatus: 200,
  });
});
