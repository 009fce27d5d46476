import { ATTEMPT_RESULTS, type Verdict } from '@holdfast/core/verdict';

/** The label of `holdfast_probes_total`: an attempt's results, and what only a probe finds. */
export const PROBE_RESULTS = [
  ...ATTEMPT_RESULTS,
  'slow',
  'wrong_answer',
  'wrong_model',
  'model_missing',
  'unproven',
] as const;

export type ProbeResult = (typeof PROBE_RESULTS)[number];

/** What one probe says about its endpoint. */
export interface Finding {
  readonly found: 'up' | 'degraded' | 'down';
  readonly result: ProbeResult;
  /** `<code>: <detail>`, e.g. `timeout: timeout after 30.0 s`; null when all is well. Public: no host, no key. */
  readonly reason: string | null;
  /** Proof by itself: hysteresis does not apply. */
  readonly conclusive: boolean;
  /** It will not heal within minutes: check again ever more rarely. */
  readonly lasting: boolean;
  /** The provider said how long to leave it alone, ms; null when it did not. */
  readonly restMs: number | null;
}

const plain = { conclusive: false, lasting: false, restMs: null } as const;

export const fine: Finding = { found: 'up', result: 'ok', reason: null, ...plain };

export function slow(latencyMs: number): Finding {
  return {
    found: 'degraded',
    result: 'slow',
    reason: `slow: answered after ${(latencyMs / 1000).toFixed(1)} s`,
    ...plain,
  };
}

/** An answer that cannot be right, whatever its status: an error page, a canned or a cached text. */
export function wrongAnswer(detail: string): Finding {
  return {
    ...plain,
    found: 'down',
    result: 'wrong_answer',
    reason: `wrong_answer: ${detail}`,
    conclusive: true,
  };
}

export function wrongModel(asked: string, answered: string): Finding {
  const reason = `wrong_model: asked for ${asked}, ${answered.slice(0, 100)} answered`;
  return { ...plain, found: 'degraded', result: 'wrong_model', reason };
}

/** `all`: nothing the endpoint is configured for exists there. */
export function modelMissing(names: readonly string[], all: boolean): Finding {
  const reason = `model_missing: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`;
  return { ...plain, found: all ? 'down' : 'degraded', result: 'model_missing', reason, lasting: true };
}

/** It answers, but this probe could not show that it works. */
export function unproven(detail: string): Finding {
  return {
    ...plain,
    found: 'degraded',
    result: 'unproven',
    reason: `unproven: ${detail}`,
    conclusive: false,
  };
}

/** What the catalogue's verdict on a call that failed says about the endpoint. `pooled`: other tokens may still work. */
export function findingOf(verdict: Verdict, pooled: boolean): Finding {
  const { result, summary } = verdict;
  const restMs = verdict.bench?.ms ?? null;
  switch (result) {
    case 'ok':
      return fine;
    case 'rate_limited':
      return { ...plain, found: 'degraded', result, reason: `rate_limited: ${summary}` };
    case 'quota_exhausted':
      return {
        found: pooled ? 'degraded' : 'down',
        result,
        reason: `quota: ${summary}`,
        conclusive: false,
        lasting: true,
        restMs,
      };
    case 'auth_error':
      return {
        ...plain,
        found: pooled ? 'degraded' : 'down',
        result,
        reason: `auth: ${summary}`,
        lasting: true,
      };
    case 'client_error':
      return { ...plain, found: 'degraded', result, reason: `probe_refused: ${summary}` };
    case 'connect_error':
      return {
        ...plain,
        found: 'down',
        result,
        reason: `${summary.includes('refused') ? 'refused' : 'connect'}: ${summary}`,
      };
    default:
      return { ...plain, found: 'down', result, reason: `${result}: ${summary}` };
  }
}
