import type { Verdict } from '@holdfast/core/verdict';
import { canBeTold } from '../attempt/translations.ts';
import type { Gateway } from '../gateway.ts';
import type { Exchange } from '../ingress/exchange.ts';
import { type CredentialWish, credentialStanding } from '../states/credentials.ts';
import type { RouteRuntime } from '../states/routing.ts';
import { upstreamModel } from '../states/upstream-model.ts';
import { mayFit } from './context-window.ts';
import type { Candidate } from './models-for.ts';
import type { Tried, Turn } from './plan.ts';

/** What a request has learned by all its attempts, whatever model they asked for. */
export interface Lessons {
  readonly failures: Verdict[];
  /** Endpoints' names of models whose context window is too small for it. */
  readonly tooSmall: string[];
}

/** One model of a request while it is being tried. */
export interface ModelTries extends Candidate {
  readonly exchange: Exchange;
  readonly gateway: Gateway;
  readonly lessons: Lessons;
  readonly tried: Tried[];
  readonly wish: CredentialWish;
  /** The one try at an endpoint that is out of rotation was made. */
  leastBadUsed: boolean;
}

export function openTries(
  exchange: Exchange,
  gateway: Gateway,
  { model, route }: Candidate,
  lessons: Lessons,
): ModelTries {
  const { throttle } = route.route;
  const wish = { model, tried: [], facts: exchange.facts, throttle, turnIn: null };
  return { exchange, gateway, model, route, lessons, tried: [], wish, leastBadUsed: false };
}

/** What the next step is planned by. */
export function turnOf({
  exchange,
  gateway,
  model,
  route,
  lessons,
  tried,
  wish,
  leastBadUsed,
}: ModelTries): Turn {
  const { tooSmall } = lessons;
  return {
    route,
    model,
    tried,
    leastBadUsed,
    maxAttempts: attemptsFor(exchange, route),
    deadlineMs: exchange.deadlineMs,
    credential: (runtime) => credentialStanding(gateway, runtime, wish),
    fits: (runtime) =>
      canBeTold(exchange, runtime, model) &&
      (tooSmall.length === 0 ||
        mayFit(upstreamModel(runtime.endpoint, model), tooSmall, exchange.routing.config.modelLimits)),
  };
}

/** A client whose own SDK retries has used up some of the attempts; a retry of it still gets a second chance. */
function attemptsFor({ options }: Exchange, { route }: RouteRuntime): number {
  const { maxAttempts } = route.retry;
  return Math.max(Math.min(2, maxAttempts), maxAttempts - options.clientRetries);
}
