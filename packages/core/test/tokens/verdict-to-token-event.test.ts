import { expect, test } from '@jest/globals';
import { verdictToTokenEvent } from '../../src/tokens/verdict-to-token-event.ts';
import type { Verdict } from '../../src/verdict.ts';

const verdict = (overrides: Partial<Verdict>): Verdict => ({
  code: 'P12',
  result: 'rate_limited',
  retry: 'token',
  scope: 'token',
  bench: null,
  dead: false,
  concurrency: false,
  tooLarge: false,
  clientStatus: 429,
  passThrough: false,
  status: 429,
  summary: '429',
  ...overrides,
});
const authoritative = { ms: 2000, provenance: 'authoritative' } as const;

test.each<[string, Partial<Verdict>, object | null]>([
  ['a success', { code: 'ok', result: 'ok', scope: 'none' }, { kind: 'success' }],
  [
    'a 429 with a delay',
    { bench: authoritative },
    { kind: 'bench', scope: 'token', model: null, delayMs: 2000, reason: 'rate_limited' },
  ],
  ['a 429 without', {}, { kind: 'failure' }],
  ['a 429 with a guessed delay', { bench: { ms: 60_000, provenance: 'heuristic' } }, { kind: 'failure' }],
  [
    'an account-wide 429',
    { scope: 'account', bench: authoritative },
    { kind: 'bench', scope: 'account', model: null, reason: 'rate_limited' },
  ],
  ['a concurrency cap', { scope: 'none', concurrency: true }, { kind: 'concurrency' }],
  [
    'a day quota',
    { code: 'P15', result: 'quota_exhausted', scope: 'account_model', bench: authoritative },
    { kind: 'bench', scope: 'account', model: 'gpt-4o', provenance: 'authoritative', reason: 'day_quota' },
  ],
  [
    'a minute limit of an account and model',
    { scope: 'account_model', bench: authoritative },
    { kind: 'bench', scope: 'account', model: 'gpt-4o', reason: 'rate_limited' },
  ],
  [
    'money',
    {
      code: 'P16',
      result: 'quota_exhausted',
      scope: 'account',
      bench: { ms: 3_600_000, provenance: 'credit' },
    },
    { kind: 'bench', scope: 'account', model: null, reason: 'no_credit' },
  ],
  [
    'money without a time',
    { code: 'P07', result: 'quota_exhausted', scope: 'account' },
    { kind: 'bench', delayMs: null, reason: 'no_credit' },
  ],
  ['a dead key', { code: 'P05', result: 'auth_error', dead: true }, { kind: 'dead' }],
  [
    'a wall of the plan',
    { code: 'P06', result: 'auth_error', scope: 'model', bench: { ms: 86_400_000, provenance: 'tier' } },
    { kind: 'bench', scope: 'token', model: 'gpt-4o', reason: 'not_in_plan' },
  ],
  ['a firewall page', { code: 'P06', result: 'auth_error', scope: 'model' }, null],
  [
    'a bare 401',
    {
      code: 'P05',
      result: 'auth_error',
      scope: 'account_model',
      bench: { ms: 600_000, provenance: 'heuristic' },
    },
    { kind: 'bench', scope: 'account', model: 'gpt-4o', provenance: 'heuristic', reason: 'refused' },
  ],
  ["an account's pace without a time", { scope: 'account_model' }, { kind: 'failure' }],
  ['a pace behind the provider', { scope: 'model' }, null],
  ["the endpoint's fault", { code: 'P18', result: 'server_error', scope: 'endpoint' }, null],
  ["the request's fault", { code: 'P01', result: 'client_error', scope: 'none' }, null],
])('%s', (_name, overrides, event) => {
  const found = verdictToTokenEvent(verdict(overrides), { token: 't1', account: 'a', model: 'gpt-4o' });
  if (event === null) expect(found).toBeNull();
  else expect(found).toMatchObject({ kind: 'token', token: 't1', event });
});
