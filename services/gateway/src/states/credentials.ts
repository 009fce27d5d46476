import type { ThrottlePolicy } from '@holdfast/config/policies';
import type { Endpoint, PoolToken } from '@holdfast/config/types';
import type { PoolMember } from '@holdfast/core/tokens/pool';
import type { RequestFacts } from '@holdfast/dialects/request/inspect-request';
import type { Gateway } from '../gateway.ts';
import type { CredentialStanding } from '../plan/plan.ts';
import { isThrottled, throttleLine } from '../policy/throttle-line.ts';
import type { EndpointRuntime } from './endpoint-runtime.ts';
import type { TokenWish } from './token-states.ts';
import { upstreamModel } from './upstream-model.ts';

/** What a request wants a credential for, with one model. */
export interface CredentialWish {
  readonly model: string;
  /** Tokens that have failed this request, or whose turn would come too late for it. */
  readonly tried: PoolToken[];
  readonly facts: RequestFacts;
  readonly throttle: ThrottlePolicy;
  /** The line in which it is this request's turn now. */
  turnIn: string | null;
}

const READY: CredentialStanding = { kind: 'ready' };

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
