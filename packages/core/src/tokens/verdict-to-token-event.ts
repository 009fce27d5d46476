import type { Verdict } from '../verdict.ts';
import type { PoolEvent } from './pool.ts';
import type { BlockReason, TokenEvent } from './token-state.ts';

/** One use of a pool's token. `model` is the endpoint's own name for it. */
export interface TokenUse {
  readonly token: string;
  readonly account: string;
  readonly model: string;
}

const SUCCESS: TokenEvent = { kind: 'success' };
const FAILURE: TokenEvent = { kind: 'failure' };
const CONCURRENCY: TokenEvent = { kind: 'concurrency' };
const DEAD: TokenEvent = { kind: 'dead' };

/** What a verdict means for the token that was used; null: nothing, the fault is another's. */
export function verdictToTokenEvent(verdict: Verdict, { token, model }: TokenUse): PoolEvent | null {
  const event = tokenEvent(verdict, model);
  return event === null ? null : { kind: 'token', token, event };
}

function tokenEvent(verdict: Verdict, model: string): TokenEvent | null {
  if (verdict.result === 'ok') return SUCCESS;
  if (verdict.concurrency) return CONCURRENCY;
  // A pace the provider does not put a time to is counted, whoever it is meant for.
  if (verdict.result === 'rate_limited' && !isStated(verdict)) return blamesToken(verdict) ? FAILURE : null;
  switch (verdict.scope) {
    case 'token':
      if (verdict.dead) return DEAD;
      return isStated(verdict) ? bench(verdict, 'token', null) : FAILURE;
    case 'account':
      return bench(verdict, 'account', null);
    case 'account_model':
      return bench(verdict, 'account', model);
    case 'model':
      // A wall of the plan (P06) stands before this token; another plan's token may pass.
      return verdict.bench?.provenance === 'tier' ? bench(verdict, 'token', model) : null;
    case 'endpoint':
    case 'none':
      return null;
  }
}

function isStated({ bench }: Verdict): boolean {
  return bench !== null && bench.provenance !== 'heuristic';
}

function blamesToken({ scope }: Verdict): boolean {
  return scope === 'token' || scope === 'account' || scope === 'account_model';
}

function bench(verdict: Verdict, scope: 'token' | 'account', model: string | null): TokenEvent {
  const provenance = verdict.bench?.provenance ?? 'heuristic';
  return {
    kind: 'bench',
    scope,
    model,
    delayMs: verdict.bench?.ms ?? null,
    provenance,
    reason: reasonOf(verdict, model !== null),
  };
}

function reasonOf({ bench, result }: Verdict, perModel: boolean): Exclude<BlockReason, 'invalid'> {
  if (bench?.provenance === 'tier') return 'not_in_plan';
  if (bench?.provenance === 'credit') return 'no_credit';
  if (result === 'quota_exhausted') return perModel ? 'day_quota' : 'no_credit';
  return result === 'rate_limited' ? 'rate_limited' : 'refused';
}
