import type { ThrottlePolicy } from '@holdfast/config/policies';
import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';

/** Asking for the turn takes a moment too; that is no delay. */
const HELD_BACK_MS = 10;
/** The provider measures when calls arrive, and the first may be longer on its way (a new connection) than the second. */
const ON_THE_WAY_MS = 50;
const ON_THE_WAY_SHARE = 0.025;

/**
 * Holds a call back until the minimum interval since the line's last one has passed; false when that would be after the
 * deadline, or when the request ended meanwhile.
 */
export async function takeTurn(
  exchange: Exchange,
  gateway: Gateway,
  { minIntervalMs }: ThrottlePolicy,
  line: string,
  model: string,
): Promise<boolean> {
  const startedMs = gateway.now();
  const leaving = new AbortController();
  exchange.wake = () => leaving.abort();
  const waitedMs = await gateway.throttle.takeTurn(line, {
    intervalMs: minIntervalMs + Math.min(ON_THE_WAY_MS, minIntervalMs * ON_THE_WAY_SHARE),
    maxWaitMs: exchange.deadlineMs - startedMs,
    arrivedMs: exchange.startedMs,
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
