import { nextWeight, reduceScore } from '@holdfast/core/dynamic-weight';
import type { TrafficRecord } from '@holdfast/state/traffic';
import type { EndpointMemory } from './endpoint-memory.ts';
import type { Fleet } from './fleet.ts';
import type { Target } from './target.ts';

/** An endpoint's weight after its score has changed; the configured one unless `health.dynamic_weights` is on. */
export function steppedWeight(
  fleet: Fleet,
  { endpoint }: Target,
): { weight: number; weightReason: string | null } {
  if (!fleet.config.health.dynamicWeights) return { weight: endpoint.weight, weightReason: null };
  const { score, weight: current } = fleet.memory(endpoint.id);
  const peers = fleet.targets.filter(
    (peer) => peer.endpoint.cluster === endpoint.cluster && peer.endpoint.priority === endpoint.priority,
  );
  const paces = peers
    .map((peer) => fleet.memory(peer.endpoint.id).score)
    .flatMap(({ latencyMs, spreadMs }) => (latencyMs === null ? [] : [latencyMs + spreadMs]));
  const { weight, reason } = nextWeight({
    configured: endpoint.weight,
    score,
    usualMs: median(paces),
    current,
  });
  return { weight, weightReason: reason };
}

/** Takes what traffic told since the last time into the score; returns whether there was anything. */
export function scoreTraffic(memory: EndpointMemory, traffic: readonly TrafficRecord[]): boolean {
  const fresh = traffic.filter(({ at }) => at > memory.scoredTrafficMs);
  if (fresh.length === 0) return false;
  for (const { ok, failed, latency_ms, latency_spread_ms } of fresh) {
    memory.score = reduceScore(memory.score, {
      ok,
      failed,
      latencyMs: latency_ms,
      spreadMs: latency_spread_ms,
    });
  }
  memory.scoredTrafficMs = Math.max(...fresh.map(({ at }) => at));
  return true;
}

/** The lower one of the two in the middle: half of the peers are at least as fast. */
function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
