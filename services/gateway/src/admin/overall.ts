import type { StoreState } from '../ops/api-health.ts';
import type { ConfigStatus } from './config-loads.ts';
import type { EndpointStatus } from './endpoint-status.ts';
import type { PoolStatus } from './pool-status.ts';

export interface Overall {
  /** `down`: a cluster has no endpoint left to send requests to. */
  readonly state: 'ok' | 'degraded' | 'down';
  /** The same in one sentence, with the gravest reason; it changes only when the state of something does. */
  readonly sentence: string;
  /** Why it is not ok, gravest first. */
  readonly reasons: readonly string[];
}

export interface OverallParts {
  readonly clusters: readonly {
    readonly name: string;
    readonly endpoints: readonly EndpointStatus[];
  }[];
  readonly pools: readonly PoolStatus[];
  readonly config: ConfigStatus;
  readonly storeState: StoreState;
  readonly draining: boolean;
  /** Names of the alerts that fire. */
  readonly firing: readonly string[];
}

/** Requests go there, or would if it were not busy with others. */
export const isUsable = ({ standing }: EndpointStatus): boolean =>
  standing === 'available' || standing === 'full';

export function overall(parts: OverallParts): Overall {
  const { clusters } = parts;
  const down = clusters
    .filter(({ endpoints }) => !endpoints.some(isUsable))
    .map(({ name }) => `no endpoint of cluster ${name} takes requests`);
  const reasons = [...down, ...whatIsDegraded(parts)];
  const state = down.length > 0 ? 'down' : reasons.length > 0 ? 'degraded' : 'ok';
  return { state, reasons, sentence: state === 'ok' ? allIsWell(parts) : `${WORD[state]}: ${reasons[0]}.` };
}

const WORD = { degraded: 'Degraded', down: 'Down' };

function whatIsDegraded({ clusters, pools, config, storeState, draining, firing }: OverallParts): string[] {
  return [
    ...(draining ? ['it is shutting down'] : []),
    ...clusters.flatMap(({ name, endpoints }) => endpoints.flatMap((endpoint) => whatAils(name, endpoint))),
    ...pools
      .filter(({ tokens, available }) => tokens.length > 0 && available === 0)
      .map(({ name }) => `no token of pool ${name} is available`),
    ...(config.error === null ? [] : ['the configuration on disk is not valid, the last good one is in use']),
    ...(storeState === 'down' ? ['the state store does not answer'] : []),
    ...[...new Set(firing)].map((name) => `alert ${name} is firing`),
  ];
}

function whatAils(cluster: string, endpoint: EndpointStatus): string[] {
  const name = `${cluster}/${endpoint.name}`;
  if (!isUsable(endpoint))
    return [`${name} takes no requests${endpoint.because ? ` (${endpoint.because})` : ''}`];
  return endpoint.health === 'degraded' ? [`${name} is degraded by its health checks`] : [];
}

function allIsWell({ clusters }: OverallParts): string {
  const count = clusters.reduce((sum, { endpoints }) => sum + endpoints.length, 0);
  if (count === 1) return 'All is well: the only endpoint takes requests.';
  const where = clusters.length === 1 ? 'the cluster' : `${clusters.length} clusters`;
  return `All is well: all ${count} endpoints of ${where} take requests.`;
}
