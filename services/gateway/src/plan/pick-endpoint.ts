import type { Strategy } from '@holdfast/config/types';
import { weightedPick } from '@holdfast/core/weighted-pick';
import type { EndpointRuntime } from '../states/endpoint-runtime.ts';

/** Unknown latency counts as this, so that a new endpoint gets traffic soon. */
const UNKNOWN_LATENCY_MS = 1;
/** With `least_latency`, those within this factor of the fastest share the traffic, so that one does not get all of it. */
const SIMILAR = 1.2;

/** One of the free endpoints of a tier: in proportion to the weights, or the fastest. `random` in [0, 1). */
export function pickEndpoint(
  free: readonly EndpointRuntime[],
  strategy: Strategy,
  random: () => number,
): EndpointRuntime {
  if (free.length === 1) return free[0]!;
  const candidates = strategy === 'least_latency' ? fastest(free) : free;
  const weights = candidates.map((runtime) => runtime.endpoint.weight * runtime.state.weightFactor);
  const index = weightedPick(weights, random());
  return candidates[index < 0 ? Math.floor(random() * candidates.length) : index]!;
}

function fastest(free: readonly EndpointRuntime[]): readonly EndpointRuntime[] {
  const best = Math.min(...free.map(latencyOf));
  return free.filter((runtime) => latencyOf(runtime) <= best * SIMILAR);
}

const latencyOf = (runtime: EndpointRuntime): number => runtime.state.latencyMs ?? UNKNOWN_LATENCY_MS;
