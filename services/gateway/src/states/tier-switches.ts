import type { Logger } from '@holdfast/runtime/logger';
import type { GatewayMetrics } from '../metrics.ts';
import { type EndpointRuntime, standing } from './endpoint-runtime.ts';
import type { Standing } from './endpoint-state.ts';
import type { ClusterRuntime } from './routing.ts';

/** Tells when a cluster's requests begin to go past its first tier, and when all of them go there again; counts those that do. */
export interface TierSwitches {
  /** A request for this model has chosen its first endpoint. Returns at once. */
  chose(cluster: ClusterRuntime, runtime: EndpointRuntime, model: string): void;
}

interface TierSwitchesParts {
  readonly logger: Logger;
  readonly metrics: Pick<GatewayMetrics, 'fellBack'>;
  readonly now: () => number;
}

/**
 * A switch is of the cluster, not of a request: the whole first tier is out of rotation for every model. What is only full, or
 * failed a single request, is none; neither is a trial, or a ramp that is not over, a return.
 */
export function createTierSwitches({ logger, metrics, now }: TierSwitchesParts): TierSwitches {
  const switchedMs = new Map<string, number>();

  function outOfRotation(tier: readonly EndpointRuntime[]): string | null {
    const reasons: string[] = [];
    for (const runtime of tier) {
      const stands = standing(runtime, '', now());
      if (!('because' in stands)) return null;
      reasons.push(`${runtime.endpoint.name}: ${stands.because}`);
    }
    return reasons.join('; ');
  }

  return {
    chose({ cluster: { name }, tiers }, runtime, model) {
      const first = tiers[0]!;
      if (tiers.length === 1) return;
      const sinceMs = switchedMs.get(name);
      const isFirst = first.includes(runtime);
      const to = runtime.endpoint.name;
      if (!isFirst) {
        const passed = first[0]!;
        metrics.fellBack(name, passed.endpoint.name, to, whyPassed(standing(passed, model, now())));
      }
      if (sinceMs === undefined && !isFirst) {
        const because = outOfRotation(first);
        if (because === null) return;
        switchedMs.set(name, now());
        logger.warn({ cluster: name, to, because }, 'switched to a fallback endpoint');
      } else if (sinceMs !== undefined && isFirst) {
        const stands = standing(runtime, '', now());
        if (stands.kind !== 'available' || stands.trial || stands.share < 1) return;
        switchedMs.delete(name);
        logger.info(
          { cluster: name, to, after_ms: Math.round(now() - sinceMs) },
          'returned from the fallback endpoint',
        );
      }
    },
  };
}

/** Why a request did not even try an endpoint of the first tier: the label of the metric. */
function whyPassed(stands: Standing): string {
  switch (stands.kind) {
    case 'refused':
      return 'breaker_open';
    case 'down':
    case 'cooling':
    case 'full':
      return stands.kind;
    case 'available':
      return stands.share < 1 ? 'ramp' : 'no_token';
  }
}
