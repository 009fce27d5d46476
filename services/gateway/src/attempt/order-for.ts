import type { PoolToken } from '@holdfast/config/types';
import { withModel } from '@holdfast/dialects/request/with-model';
import { withUsage } from '@holdfast/dialects/request/with-usage';
import { credentialHeader } from '@holdfast/dialects/upstream-call';
import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import type { PlannedAttempt } from '../plan/plan.ts';
import type { RouteRuntime } from '../states/routing.ts';
import { upstreamModel } from '../states/upstream-model.ts';
import type { AttemptOrder, StreamGate } from './attempt.ts';
import { asksForUsage } from './metering.ts';
import { addForwardedHeaders } from './request-headers.ts';
import { continuationAt } from './resume.ts';
import { withAcceptedThoughts } from './thoughts.ts';
import { tellingAt } from './translations.ts';

/** Nothing is streamed to a client that asked for no stream. */
const NO_STREAM: StreamGate = { commit() {}, write: () => true, onDrain() {} };

/** The call a planned attempt comes to: the request as this endpoint is told it, and the timers that apply. */
export function orderFor(
  exchange: Exchange,
  gateway: Gateway,
  plan: PlannedAttempt,
  { route }: RouteRuntime,
  model: string,
  token: PoolToken | null,
  gate: StreamGate | null,
): AttemptOrder {
  const { runtime } = plan;
  const { endpoint } = runtime;
  const headers = [...runtime.headers];
  if (token) headers.push(...credentialHeader(endpoint, token.value));
  const name = upstreamModel(endpoint, model);
  const goingOn = exchange.resume && continuationAt(exchange, gateway, runtime, name);
  const translation = tellingAt(exchange, runtime, model);
  const metered = translation === null && !goingOn && asksForUsage(exchange, runtime);
  const { headers: asked } = exchange.request;
  // Another body under the same key would be refused, or answered with the first one's answer.
  addForwardedHeaders(
    headers,
    goingOn ? { ...asked, 'idempotency-key': undefined } : asked,
    endpoint.protocol,
    exchange.dialect.protocol,
  );
  const now = gateway.now();
  const firstContentMs = endpoint.timeoutMs ?? route.timeouts.firstContentMs;
  return {
    runtime,
    dialect: runtime.dialects[exchange.dialect.name]!,
    clientDialect: exchange.dialect,
    translation,
    metered,
    body: goingOn?.body ?? translation?.body ?? ownBody(exchange, name, metered),
    continuation: goingOn ? goingOn.continuation : null,
    headers,
    wantsStream: exchange.stream !== null,
    newSocket: plan.why === 'same_once',
    connectMs: route.timeouts.connectMs,
    firstContentMs: isLastChance(exchange, plan, route)
      ? Math.max(firstContentMs, exchange.deadlineMs - now)
      : firstContentMs,
    idleMs: route.timeouts.idleMs,
    deadlineMs: exchange.deadlineMs,
    totalMs:
      exchange.options.timeoutMs === null && !goingOn ? now + route.timeouts.totalMs : exchange.deadlineMs,
    gate: gate ?? NO_STREAM,
    now: gateway.now,
  };
}

/** The client's bytes, with the endpoint's name of the model. */
function ownBody(exchange: Exchange, model: string, metered: boolean): Buffer {
  const own = withAcceptedThoughts(exchange, withModel(exchange.body, exchange.facts, model), model);
  return metered ? withUsage(own) : own;
}

/**
 * After the last retry of a request that has no canned answer and no other model, cutting the attempt early would help
 * nobody: it gets all the time left. Not at an endpoint that has failed this request before: that it hangs is the likelier
 * reading, and it would hold a place in the retry budget for nothing.
 */
function isLastChance(exchange: Exchange, plan: PlannedAttempt, route: RouteRuntime['route']): boolean {
  if (!plan.last || exchange.trail.length === 0 || exchange.resume?.spoken) return false;
  if (exchange.blamed.includes(plan.runtime)) return false;
  return exchange.canned === null && (route !== exchange.route.route || route.fallbackModels.length === 0);
}
