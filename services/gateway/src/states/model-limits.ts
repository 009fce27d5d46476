import type { Config, PoolToken } from '@holdfast/config/types';
import { type LimitName, wouldExceed } from '@holdfast/core/model-limits';
import type { PickOptions } from '@holdfast/core/tokens/pick-token';
import { estimatedTokens } from '@holdfast/dialects/answers/estimated-tokens';
import type { Usage } from '@holdfast/dialects/dialect';
import type { RequestFacts } from '@holdfast/dialects/request/inspect-request';
import type { SharedModelUsage } from '@holdfast/state/model-usage';

/** The published limits of models, counted per account: a request that would hit one goes elsewhere before the provider says no. */
export interface ModelLimitsInForce {
  /** For one request to one model, by the endpoint's name for it; undefined where nothing is published. */
  forRequest(model: string, facts: RequestFacts): PickOptions['limited'];
  /** Counts a call from now on; the returned function takes what it really used. */
  started(model: string, token: PoolToken | null, facts: RequestFacts): (usage: Usage | null) => void;
}

/** A request that can never fit is not asked again within its own lifetime. */
const NEVER_MS = 24 * 3_600_000;
/** When a call under way may be over. */
const PLACE_FREE_MS = 1000;
const SIZES: ReadonlySet<LimitName> = new Set<LimitName>(['max_input', 'max_output']);

export function enforceModelLimits(
  limits: Config['modelLimits'],
  usage: SharedModelUsage,
  now: () => number,
): ModelLimitsInForce {
  const limitOf = (model: string) => (Object.hasOwn(limits, model) ? limits[model] : undefined);
  // It only has to be near: the provider's own answer stays the last word.
  const inputOf = (facts: RequestFacts) => estimatedTokens(facts.approxInputChars);
  return {
    forRequest(model, facts) {
      const limit = limitOf(model);
      if (!limit) return undefined;
      const planned = { inputUsage: inputOf(facts), outputUsage: facts.maxOutputTokens };
      return ({ account }) => {
        const nowMs = now();
        const hit = wouldExceed(limit, usage.usageOf(account, model), planned, nowMs);
        if (hit === null) return null;
        return SIZES.has(hit.limit)
          ? { reason: 'too_large', untilMs: nowMs + NEVER_MS }
          : { reason: 'published_limit', untilMs: hit.untilMs ?? nowMs + PLACE_FREE_MS };
      };
    },
    started(model, token, facts) {
      if (!token || !limitOf(model)) return () => {};
      const inputUsage = inputOf(facts);
      usage.note(token.account, model, { kind: 'started', inputUsage });
      return (used) => {
        const total = used === null ? null : (used.inputTokens ?? inputUsage) + (used.outputTokens ?? 0);
        usage.note(token.account, model, { kind: 'ended', inputUsage, usage: total });
      };
    },
  };
}
