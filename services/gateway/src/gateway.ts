import type { Endpoint, PoolToken, ThrottlePolicy } from '@holdfast/config/types';
import type { PoolMember } from '@holdfast/core/tokens/pool';
import type { RequestFacts } from '@holdfast/dialects/request/inspect-request';
import type { Logger } from '@holdfast/runtime/logger';
import type { RateLimiter } from '@holdfast/state/rate-limit';
import type { Throttle } from '@holdfast/state/throttle';
import type { AccessLog } from './access-log.ts';
import type { AnswerCache } from './cache/answer-cache.ts';
import type { Exchange } from './ingress/exchange.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { CredentialStanding, Plan } from './plan/plan.ts';
import type { RunningKeys } from './policy/running-keys.ts';
import { isThrottled, throttleLine } from './policy/throttle-line.ts';
import type { ClientTimers } from './respond/client-stream.ts';
import type { EndpointRuntime } from './states/endpoint-runtime.ts';
import { applyBreaker } from './states/endpoint-state.ts';
import type { Exchanges } from './states/exchanges.ts';
import type { LoadShedding } from './states/load-shedding.ts';
import type { ModelLimitsInForce } from './states/model-limits.ts';
import type { ModelSwaps } from './states/model-swaps.ts';
import type { NameService } from './states/name-service.ts';
import type { Reports } from './states/reports.ts';
import type { RetryBudget } from './states/retry-budget.ts';
import type { Routing } from './states/routing.ts';
import type { SharedBreakers } from './states/shared-breakers.ts';
import type { TierSwitches } from './states/tier-switches.ts';
import type { TokenStates, TokenWish } from './states/token-states.ts';

/** What every request shares: the compiled configuration and what is known now. One per process. */
export interface Gateway {
  /** Swapped on reload; a request keeps the one it began with. */
  routing: Routing;
  tokens: TokenStates;
  /** What probes found: models by endpoint id, in the endpoint's naming. */
  modelLists: ReadonlyMap<string, readonly string[]>;
  limits: ModelLimitsInForce;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly accessLog: AccessLog;
  readonly budget: RetryBudget;
  readonly reports: Reports;
  readonly breakers: SharedBreakers;
  readonly tierSwitches: TierSwitches;
  readonly throttle: Throttle;
  /** Null while no client limit is configured. */
  rateLimiter: RateLimiter | null;
  readonly answers: AnswerCache;
  /** Requests being worked on. */
  readonly exchanges: Exchanges<Exchange>;
  draining: boolean;
  readonly clientTimers: ClientTimers;
  readonly runningKeys: RunningKeys;
  readonly modelSwaps: ModelSwaps;
  readonly names: NameService;
  readonly load: LoadShedding;
  readonly now: () => number;
  readonly random: () => number;
}

const READY: CredentialStanding = { kind: 'ready' };
/** Waiting for a place at a full endpoint, at most this many for each place it has. */
const LINE_PER_PLACE = 4;
const MIN_LINE = 16;

/** What a request wants a credential for. */
export interface CredentialWish {
  readonly model: string;
  /** Tokens this request has tried. */
  readonly tried: readonly PoolToken[];
  readonly facts: RequestFacts;
  readonly throttle: ThrottlePolicy;
  /** The line in which it is this request's turn now. */
  turnIn: string | null;
}

/** Whether an endpoint has a credential for a model that this request has not tried. */
export function credentialStanding(
  gateway: Gateway,
  { endpoint }: EndpointRuntime,
  wish: CredentialWish,
): CredentialStanding {
  if (endpoint.tokenPool === null) return READY;
  return gateway.tokens.standing(endpoint.tokenPool, tokenWish(gateway, endpoint, wish));
}

/** The token that `takeToken` would take now; null where the endpoint has a key of its own. */
export function peekToken(
  gateway: Gateway,
  { endpoint }: EndpointRuntime,
  wish: CredentialWish,
): PoolToken | null {
  if (endpoint.tokenPool === null) return null;
  return gateway.tokens.peek(endpoint.tokenPool, tokenWish(gateway, endpoint, wish));
}

/** Takes the token for the next attempt; null where the endpoint has a key of its own. */
export function takeToken(
  gateway: Gateway,
  { endpoint }: EndpointRuntime,
  wish: CredentialWish,
): PoolToken | null {
  if (endpoint.tokenPool === null) return null;
  return gateway.tokens.take(endpoint.tokenPool, tokenWish(gateway, endpoint, wish));
}

function tokenWish(
  { limits, throttle, now }: Gateway,
  endpoint: Endpoint,
  { model, tried, facts, throttle: policy, turnIn }: CredentialWish,
): TokenWish {
  const name = upstreamModel(endpoint, model);
  const wish = { model: name, tried, nowMs: now(), limited: limits.forRequest(name, facts) };
  if (!isThrottled(policy) || policy.scope === 'model') return wish;
  const turnInMs = (token: PoolMember) => {
    const line = throttleLine(policy, model, token);
    return line === turnIn ? -1 : throttle.turnInMs(line, policy.minIntervalMs);
  };
  return { ...wish, turnInMs };
}

/** An endpoint's own name for a model of the client's. */
export const upstreamModel = (
  endpoint: { readonly models: Readonly<Record<string, string>> },
  model: string,
): string => (Object.hasOwn(endpoint.models, model) ? endpoint.models[model]! : model);

/** Takes a place at the endpoint for one attempt; the returned function gives it back. */
export function enterEndpoint(
  gateway: Gateway,
  runtime: EndpointRuntime,
  plan: Plan & { kind: 'attempt' },
  model: string,
): () => void {
  const { state, breaker } = runtime;
  state.inFlight++;
  if (plan.trial) {
    const before = state.breaker.kind;
    applyBreaker(state, null, { kind: 'trial_started' }, gateway.now(), breaker);
    if (state.breaker.kind !== before) gateway.breakers.moved(runtime, before);
    if (state.models.has(model))
      applyBreaker(state, model, { kind: 'trial_started' }, gateway.now(), breaker);
  }
  if (plan.why === 'least_bad') state.leastBadInFlight = true;
  return () => {
    state.inFlight--;
    if (plan.trial) {
      applyBreaker(state, null, { kind: 'trial_released' }, gateway.now(), breaker);
      if (state.models.has(model))
        applyBreaker(state, model, { kind: 'trial_released' }, gateway.now(), breaker);
    }
    if (plan.why === 'least_bad') state.leastBadInFlight = false;
    runtime.slots.wake();
  };
}

/** Waits in the line of a full endpoint for as long as the deadline allows; false when the line is too long or the time is up. */
export function waitForPlace(
  { now }: Gateway,
  exchange: Exchange,
  runtime: EndpointRuntime,
): Promise<boolean> {
  const places = Math.min(
    runtime.endpoint.maxConcurrency || Number.POSITIVE_INFINITY,
    runtime.state.learnedCap,
  );
  return runtime.slots.wait(exchange.deadlineMs - now(), Math.max(MIN_LINE, places * LINE_PER_PLACE));
}
