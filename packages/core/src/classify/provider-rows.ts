import type { FaultRow } from './fault-row.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const refusal = {
  result: 'client_error',
  retry: 'stop',
  scope: 'none',
  clientStatus: 400,
  passThrough: true,
} as const;
const tooLarge = { result: 'client_error', retry: 'endpoint', scope: 'none', tooLarge: true } as const;
const rate = {
  result: 'rate_limited',
  retry: 'token',
  scope: 'token',
  clientStatus: 429,
  stated: 'any',
} as const;
const broken = {
  result: 'server_error',
  retry: 'endpoint',
  scope: 'endpoint',
  clientStatus: 502,
  stated: 'explicit',
} as const;
const badBody = { result: 'bad_response', retry: 'endpoint', scope: 'model', clientStatus: 502 } as const;
const emptyBody = { ...badBody, result: 'empty_response' } as const;

/** Status codes and provider bodies: the P rows. */
export const PROVIDER_ROWS = {
  P01: { title: 'The provider rightly refuses the request', ...refusal },
  P02: {
    title: 'The prompt does not fit the context window',
    ...tooLarge,
    clientStatus: 400,
    passThrough: true,
    hint: 'context too long',
  },
  P03: {
    title: "A 400 that is the model's fault: failed tool call, degraded function",
    ...badBody,
    hint: 'model failed',
  },
  // Unlike a failed tool call, asking again here does not help.
  'P03/unknown': {
    title: 'A 400 that says the model is unknown',
    ...badBody,
    result: 'client_error',
    hint: 'model unknown',
  },
  P04: {
    title: 'A 400 that means a dead key',
    result: 'auth_error',
    retry: 'token',
    scope: 'token',
    clientStatus: 502,
    dead: true,
    bench: { ms: HOUR_MS, provenance: 'heuristic' },
    hint: 'key refused',
  },
  P05: {
    title: 'The key is refused',
    result: 'auth_error',
    retry: 'token',
    scope: 'token',
    clientStatus: 502,
    dead: true,
    bench: { ms: HOUR_MS, provenance: 'heuristic' },
    hint: 'key refused',
  },
  // An entitlement wall answers like this for keys that work on other models, so the key must survive it.
  'P05/bare': {
    title: 'A 401 that says no more than Unauthorized',
    result: 'auth_error',
    retry: 'token',
    scope: 'account_model',
    clientStatus: 502,
    bench: { ms: 10 * MINUTE_MS, provenance: 'heuristic' },
  },
  P06: {
    title: 'Forbidden: region, firewall, or no reason given',
    result: 'auth_error',
    retry: 'token',
    scope: 'account_model',
    clientStatus: 502,
    bench: { ms: MINUTE_MS, provenance: 'heuristic' },
  },
  'P06/plan': {
    title: 'The model is not part of the plan',
    result: 'auth_error',
    retry: 'token',
    scope: 'account_model',
    clientStatus: 502,
    bench: { ms: 24 * HOUR_MS, provenance: 'tier' },
    hint: 'not in the plan',
  },
  'P06/wall': {
    title: 'A firewall page instead of an answer',
    result: 'auth_error',
    retry: 'endpoint',
    scope: 'model',
    clientStatus: 502,
    bench: { ms: MINUTE_MS, provenance: 'heuristic' },
  },
  P07: {
    title: 'Payment required',
    result: 'quota_exhausted',
    retry: 'token',
    scope: 'account',
    clientStatus: 503,
    stated: 'any',
    bench: { ms: HOUR_MS, provenance: 'credit' },
    hint: 'no credit',
  },
  // Smaller requests still pass, so the account must not rest for long.
  'P07/size': {
    title: 'The credit left does not cover a request of this size',
    result: 'quota_exhausted',
    retry: 'token',
    scope: 'account_model',
    clientStatus: 503,
    bench: { ms: 5 * MINUTE_MS, provenance: 'credit' },
    hint: 'not enough credit for its size',
  },
  P08: {
    title: 'The model does not exist here',
    result: 'client_error',
    retry: 'endpoint',
    scope: 'model',
    clientStatus: 404,
    bench: { ms: 10 * MINUTE_MS, provenance: 'heuristic' },
  },
  'P08/unfit': {
    title: 'The model exists, but not for a request like this',
    result: 'client_error',
    retry: 'endpoint',
    scope: 'none',
    clientStatus: 404,
  },
  'P08/stored': {
    title: 'What the request refers to is not stored here',
    result: 'client_error',
    retry: 'endpoint',
    scope: 'none',
    clientStatus: 404,
    passThrough: true,
  },
  P09: {
    title: 'Request timeout at the provider',
    result: 'timeout',
    retry: 'same_once',
    scope: 'endpoint',
    clientStatus: 504,
  },
  'P09/conflict': {
    title: 'Conflict at the provider',
    result: 'server_error',
    retry: 'same_once',
    scope: 'none',
    clientStatus: 502,
  },
  P10: {
    title: 'The request is larger than the endpoint takes',
    ...tooLarge,
    clientStatus: 413,
    hint: 'request too large',
  },
  P11: { title: "The provider's schema refuses the request", ...refusal, retry: 'endpoint' },
  P12: { title: 'Rate limit with Retry-After', ...rate },
  P13: { title: 'Rate limit without Retry-After', ...rate },
  'P12/account_model': { title: "An account's rate limit for one model", ...rate, scope: 'account_model' },
  'P12/account': { title: "An account's rate limit for all models", ...rate, scope: 'account' },
  // The limit is the one of the provider behind the provider: no token of ours changes it.
  'P12/upstream': {
    title: 'The model is rate-limited behind the provider',
    ...rate,
    retry: 'endpoint',
    scope: 'model',
  },
  P14: {
    title: 'Too many requests at the same time',
    result: 'rate_limited',
    retry: 'endpoint',
    scope: 'none',
    clientStatus: 503,
    concurrency: true,
    bench: { ms: 1000, provenance: 'heuristic' }, // a slot frees up within seconds; the stated 0 or 60 s are both wrong
    hint: 'too many at once',
  },
  'P14/user': {
    title: "Too many requests of one user's at the same time",
    result: 'rate_limited',
    retry: 'token',
    scope: 'none',
    clientStatus: 503,
    concurrency: true,
    bench: { ms: 1000, provenance: 'heuristic' },
    hint: 'too many at once',
  },
  P15: {
    title: 'The quota of the day is used up',
    result: 'quota_exhausted',
    retry: 'token',
    scope: 'account_model',
    clientStatus: 429,
    stated: 'any',
    bench: 'day_reset',
    hint: 'daily quota',
  },
  P16: {
    title: 'A 429 that means no money',
    result: 'quota_exhausted',
    retry: 'token',
    scope: 'account',
    clientStatus: 503,
    bench: { ms: HOUR_MS, provenance: 'credit' },
    hint: 'no credit',
  },
  P17: {
    title: 'A 429 for a request that can never fit the limit',
    ...tooLarge,
    clientStatus: 413,
    hint: 'request too large',
  },
  P18: { title: 'The provider failed', ...broken },
  'P18/overloaded': {
    title: 'The provider is overloaded',
    ...broken,
    result: 'overloaded',
    clientStatus: 503,
  },
  P19: { title: 'A gateway in front of the provider failed', ...broken },
  'P19/overloaded': {
    title: 'A gateway in front of the provider found nobody to serve',
    ...broken,
    result: 'overloaded',
    clientStatus: 503,
  },
  'P19/timeout': {
    title: 'A gateway in front of the provider waited in vain',
    ...broken,
    result: 'timeout',
    clientStatus: 504,
  },
  P20: { title: 'A web page with status 200', ...badBody, scope: 'endpoint', hint: 'HTML' },
  P21: { title: 'An error inside a 200 that says no more', ...broken },
  P22: { title: 'No body, no choices or no message', ...emptyBody, hint: 'an empty answer' },
  P24: {
    title: 'Empty content, and a finish reason that pretends all is well',
    ...emptyBody,
    hint: 'empty content',
  },
  P26: { title: 'Reasoning only, without an answer', ...emptyBody, hint: 'reasoning but no answer' },
  P27: { title: 'Refused by a content filter', ...refusal, hint: 'content filter' },
  P28: { title: 'Finish reason error after partial content', ...badBody, hint: 'finish reason error' },
  'P28/restarted': {
    title: 'Asked to go on with an answer, the model began another one',
    ...badBody,
    scope: 'none',
    hint: 'answer began anew',
  },
  P31: { title: 'A status nobody expects', ...badBody, result: 'client_error', scope: 'none' },
} as const satisfies Record<string, FaultRow>;

export type ProviderKey = keyof typeof PROVIDER_ROWS;
