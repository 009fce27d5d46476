import { serveCached } from './cache/serve-cached.ts';
import type { Gateway } from './gateway.ts';
import { cancelExchange, type Exchange } from './ingress/exchange.ts';
import { serve } from './pipeline.ts';

/** Takes an exchange through the pipeline, counted as in flight for exactly as long; a client that leaves ends it. */
export async function runExchange(gateway: Gateway, exchange: Exchange): Promise<void> {
  const { response, route } = exchange;
  const metrics = gateway.metrics.forCluster(route.cluster.cluster.name);
  gateway.exchanges.add(exchange);
  gateway.budget.requestStarted();
  metrics.inFlight++;
  // `close` of the request says nothing about the client; that of an unfinished response does.
  response.on('close', () => {
    if (!response.writableFinished) cancelExchange(exchange, 'client');
  });
  // It may have left while its body was read, and that is not told twice.
  if (response.destroyed) cancelExchange(exchange, 'client');
  try {
    await (route.route.cache.enabled ? serveCached : serve)(exchange, gateway);
  } finally {
    exchange.stream?.close();
    metrics.inFlight--;
    gateway.budget.requestEnded();
    gateway.exchanges.delete(exchange);
  }
}
