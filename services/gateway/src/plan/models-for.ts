import type { Exchange } from '../ingress/exchange.ts';
import type { RouteRuntime } from '../states/routing.ts';

/** A model that a request may be answered by, and where it is. */
export interface Candidate {
  readonly model: string;
  readonly route: RouteRuntime;
}

/** The model asked for, then the route's fallback models that serve the client's dialect, each routed again. */
export function* modelsFor({ route, facts, routing, dialect }: Exchange): Generator<Candidate> {
  yield { model: facts.model, route };
  for (const model of route.route.fallbackModels) {
    const next = routing.routeFor(model);
    if (next?.cluster.serves.has(dialect.name) && model !== facts.model) yield { model, route: next };
  }
}
