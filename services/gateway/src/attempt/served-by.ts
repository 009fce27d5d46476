import type { Exchange } from '../ingress/exchange.ts';
import { NOTHING, type ServedBy } from '../respond/response-headers.ts';
import type { EndpointRuntime } from '../states/endpoint-runtime.ts';
import type { RouteRuntime } from '../states/routing.ts';
import { tellingAt } from './translations.ts';

/** What the response headers say when this endpoint's answer is served. */
export function servedBy(
  exchange: Exchange,
  runtime: EndpointRuntime,
  route: RouteRuntime,
  model: string,
): ServedBy {
  const isFirstTier = route.cluster.tiers[0]!.includes(runtime);
  return {
    ...exchange.served,
    cluster: route.cluster.cluster.name,
    endpoint: runtime.endpoint.name,
    model,
    attempts: exchange.trail.length + 1,
    dropped: tellingAt(exchange, runtime, model)?.dropped ?? NOTHING,
    fallback: model !== exchange.facts.model ? 'model' : isFirstTier ? 'none' : 'endpoint',
  };
}
