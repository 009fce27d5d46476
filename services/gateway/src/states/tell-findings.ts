import type { Verdict } from '@holdfast/core/verdict';
import type { Gateway } from '../gateway.ts';
import { type EndpointRuntime, standing } from './endpoint-runtime.ts';

const HOUR_MS = 3_600_000;

/**
 * Writes a verdict down by `record`, and logs what operators want to know of what it changed: a breaker that moved, of the
 * endpoint or of one model there, and a daily limit of a key that belongs to no pool (the token-rotator tells of the others).
 */
export function tellFindings(
  gateway: Gateway,
  runtime: EndpointRuntime,
  model: string,
  verdict: Verdict,
  record: () => void,
): void {
  const { endpoint, state } = runtime;
  const before = state.breaker.kind;
  const modelBefore = state.models.get(model)?.breaker.kind ?? 'closed';
  const rested =
    verdict.result === 'quota_exhausted' && standing(runtime, model, gateway.now()).kind === 'cooling';
  record();
  // What a request of an old configuration learned of another base URL is no news of this one.
  if (gateway.routing.endpoints.get(endpoint.id)?.state !== state) return;
  if (state.breaker.kind !== before) gateway.breakers.moved(runtime, before);
  const modelNow = state.models.get(model)?.breaker.kind ?? 'closed';
  if (modelNow !== modelBefore)
    gateway.logger[modelNow === 'open' ? 'warn' : 'info'](
      { endpoint: endpoint.id, model, from: modelBefore, to: modelNow },
      'breaker moved',
    );
  if (verdict.result === 'quota_exhausted' && verdict.bench && endpoint.tokenPool === null && !rested)
    gateway.logger.warn(
      { endpoint: endpoint.id, model, hours: Math.round((verdict.bench.ms / HOUR_MS) * 10) / 10 },
      verdict.bench.provenance === 'credit' ? 'credit spent' : 'daily limit reached',
    );
}
