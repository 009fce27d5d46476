import { untilMidnightMs } from '../delays/day-reset.ts';
import { parseDelay, parseExplicitDelay } from '../delays/parse-delay.ts';
import type { ClassifyContext, Delay, Observation, PenaltyScope, RetryRule, Verdict } from '../verdict.ts';
import { BODY_ROWS } from './body-rows.ts';
import { codeOf, type FaultRow } from './fault-row.ts';
import { NETWORK_ROWS, type NetworkKey, REUSED_ROWS, TIMER_ROWS, TRANSPORT_ROWS } from './network-rows.ts';
import { PROVIDER_ROWS, type ProviderKey } from './provider-rows.ts';
import { refusalKey } from './refusal-families.ts';
import { type RefusalSignal, refusalSignal } from './refusal-signal.ts';
import { CANCEL_ROWS, STREAM_ROWS, type StreamKey } from './stream-rows.ts';
import { summaryOf } from './summary.ts';

type RowKey = NetworkKey | ProviderKey | StreamKey;

const ROWS: Readonly<Record<RowKey, FaultRow>> = { ...NETWORK_ROWS, ...PROVIDER_ROWS, ...STREAM_ROWS };

const OK: Verdict = Object.freeze({
  code: 'ok',
  result: 'ok',
  retry: 'stop',
  scope: 'none',
  bench: null,
  dead: false,
  concurrency: false,
  tooLarge: false,
  clientStatus: 200,
  passThrough: false,
  status: 200,
  summary: 'ok',
});

/**
 * What an attempt turned out to be: who is to blame, what may be tried next, what the client is told when nothing else
 * works. The only place that knows status codes, provider bodies and error codes; it recognises a row of the fault
 * catalogue (docs/gateway/failure-modes.md), and the row decides the rest. Pure and total: every observation gets a valid verdict.
 */
export function classify(observation: Observation, context: ClassifyContext): Verdict {
  switch (observation.kind) {
    case 'success':
      return OK;
    case 'transport': {
      const { cause, reusedSocket } = observation;
      return verdict(
        (reusedSocket ? REUSED_ROWS[cause] : undefined) ?? TRANSPORT_ROWS[cause],
        observation,
        context,
        null,
      );
    }
    case 'timeout':
      return verdict(TIMER_ROWS[observation.timer], observation, context, null);
    case 'cancelled':
      return verdict(CANCEL_ROWS[observation.by], observation, context, null);
    case 'bad_body':
      return verdict(BODY_ROWS[observation.fault], observation, context, null);
    case 'refused': {
      const signal = refusalSignal(observation);
      return verdict(refusalKey(signal), observation, context, signal);
    }
  }
}

function verdict(
  key: RowKey,
  observation: Observation,
  context: ClassifyContext,
  signal: RefusalSignal | null,
): Verdict {
  const row = ROWS[key];
  const code = codeOf(key);
  const bench = benchOf(row, signal, context.nowMs);
  return {
    code,
    result: row.result,
    retry: retryOf(row.retry, code, signal, context),
    scope: context.pooled ? row.scope : withoutPool(row),
    bench,
    dead: row.dead ?? false,
    concurrency: row.concurrency ?? false,
    tooLarge: row.tooLarge ?? false,
    clientStatus: clientStatusOf(row, signal),
    passThrough: row.passThrough ?? false,
    status: 'status' in observation ? observation.status : null,
    summary: summaryOf(observation, row, bench),
  };
}

/**
 * An endpoint with a single key: what blames its key or account for everything blames the endpoint, what blames it for one
 * model or for its pace blames the model there.
 */
function withoutPool(row: FaultRow): PenaltyScope {
  switch (row.scope) {
    case 'token':
      return row.dead ? 'endpoint' : 'model';
    case 'account':
      return 'endpoint';
    case 'account_model':
      return 'model';
    default:
      return row.scope;
  }
}

function retryOf(
  rule: RetryRule,
  code: string,
  signal: RefusalSignal | null,
  context: ClassifyContext,
): RetryRule {
  if (rule === 'token') return context.pooled ? 'token' : 'endpoint';
  // "Not here": the provider's word on the same endpoint, which does not bind another.
  if (rule === 'same_once' && signal?.refused.headers['x-should-retry'] === 'false') return 'endpoint';
  // Another dialect of the same protocol may accept what one schema refuses; when two refuse, the request is wrong.
  if (code === 'P11' && context.earlier?.includes('P11')) return 'stop';
  return rule;
}

/** Google's per-day quotas come with the delay of its per-minute ones, and end at midnight Pacific time (ai.google.dev, "Rate limits"). */
const GOOGLE_DAY_QUOTA = /perday/;

function benchOf(row: FaultRow, signal: RefusalSignal | null, nowMs: number): Delay | null {
  const googleDay =
    row.bench === 'day_reset' && signal !== null && signal.codes.some((code) => GOOGLE_DAY_QUOTA.test(code));
  if (row.stated && signal !== null && !googleDay) {
    const { headers, error } = signal.refused;
    const stated =
      row.stated === 'any' ? parseDelay(headers, error, nowMs) : parseExplicitDelay(headers, error, nowMs);
    if (stated) return stated;
  }
  if (row.bench === 'day_reset')
    return {
      ms: untilMidnightMs(nowMs, googleDay ? 'America/Los_Angeles' : 'UTC'),
      provenance: 'authoritative',
    };
  return row.bench ?? null;
}

/** A passed-on refusal keeps its status where that blames the request; 401 and 402 would tell the client that its own key or purse is bad. */
function clientStatusOf(row: FaultRow, signal: RefusalSignal | null): number {
  const status = signal?.status;
  return row.passThrough && (status === 400 || status === 403 || status === 413) ? status : row.clientStatus;
}
