import type { PoolToken, ThrottlePolicy } from '@holdfast/config/types';
import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';

/** Asking for the turn takes a moment too; that is no delay. */
const HELD_BACK_MS = 10;

/**
 * Holds a call back until the minimum interval since the line's last one has passed; false when that would be after the
 * deadline, or when the request ended meanwhile. Free where no interval is set.
 */
export async function takeTurn(
  exchange: Exchange,
  gateway: Gateway,
  policy: ThrottlePolicy,
  model: string,
  token: PoolToken | null,
): Promise<boolean> {
  if (!policy.enabled || policy.minIntervalMs <= 0) return true;
  const line = policy.scope === 'token' && token ? `${token.name}/${model}` : model;
  const startedMs = gateway.now();
  const leaving = new AbortController();
  exchange.wake = () => leaving.abort();
  const waitedMs = await gateway.throttle.takeTurn(line, {
    intervalMs: policy.minIntervalMs,
    maxWaitMs: exchange.deadlineMs - startedMs,
    signal: leaving.signal,
  });
  exchange.wake = null;
  exchange.elsewhereMs += gateway.now() - startedMs;
  if (waitedMs === null) return false;
  if (waitedMs >= HELD_BACK_MS) {
    gateway.metrics.throttled(exchange.routing.labelFor(model), waitedMs / 1000);
    gateway.logger.info({ request_id: exchange.id, model, waited_ms: waitedMs }, 'throttle delay');
  }
  return true;
}
