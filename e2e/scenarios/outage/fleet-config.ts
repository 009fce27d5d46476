import { freePort } from '@holdfast/state/testing/redis-server';
import { cluster, endpoint } from '../../support/configs.ts';
import { COMPONENTS, type Component } from './cell.ts';

export type FleetPorts = Readonly<Record<Component, number>> & {
  readonly gateways: readonly { readonly port: number; readonly adminPort: number }[];
};

/** All different, although nobody listens there yet. */
export async function choosePorts(): Promise<FleetPorts> {
  const chosen = new Set<number>();
  while (chosen.size < COMPONENTS.length + 4) chosen.add(await freePort());
  const [one, oneAdmin, two, twoAdmin, ...others] = [...chosen] as [number, number, number, number];
  const ofComponents = COMPONENTS.map((name, index) => [name, others[index]!] as const);
  return {
    ...(Object.fromEntries(ofComponents) as unknown as Record<Component, number>),
    gateways: [
      { port: one, adminPort: oneAdmin },
      { port: two, adminPort: twoAdmin },
    ],
  };
}

/** Enough that every outage of one component can have a dead token of its own. */
export const TOKENS = Array.from({ length: 6 }, (_, index) => ({
  name: `token-${index + 1}`,
  value: `ghp_value${index + 1}`,
  account: `account-${index + 1}`,
}));

/** So high that it never refuses: it is there to be looked at. */
export const PER_MINUTE = 100_000;
export const MAX_FAILURES = 3;

export interface FleetConfigOptions {
  readonly ports: FleetPorts;
  /** Base URL of a provider by its name. */
  readonly provider: (name: string) => string;
  readonly gatewayUrl: string | null;
  readonly databasePath: string;
}

/** Everything that can be quick is: rounds and checks every second, breakers that try again after one. */
export function fleetConfig({ ports, provider, gatewayUrl, databasePath }: FleetConfigOptions) {
  return {
    state: { redis_url: `redis://127.0.0.1:${ports.redis}` },
    services: {
      health_checker: { port: ports['health-checker'] },
      token_rotator: { port: ports['token-rotator'] },
      tagger: { port: ports.tagger },
      ...(gatewayUrl === null ? {} : { gateway: { url: gatewayUrl } }),
    },
    database: { url: `sqlite:${databasePath}` },
    health: {
      schedule: '* * * * * *',
      failure_queue_interval: '1s',
      timeout: '1s',
      probe: 'models',
      down_after: 1,
    },
    breaker: { max_failures: MAX_FAILURES, open_for: '1s', ramp: '1s' },
    rate_limit: { enabled: true, per_minute: PER_MINUTE },
    token_pools: { github: { tokens: TOKENS } },
    tagging: { model: 'tags', retry_delay: '100ms' },
    clusters: {
      main: cluster(
        'openai',
        endpoint('primary', provider('primary')),
        endpoint('secondary', provider('secondary'), 2),
      ),
      pooled: {
        protocol: 'openai',
        endpoints: [{ name: 'pooled', base_url: provider('pooled'), token_pool: 'github' }],
      },
      tags: cluster('openai', endpoint('tags', provider('tags'))),
    },
    routes: [
      { model: 'pooled', cluster: 'pooled' },
      { model: 'tags', cluster: 'tags' },
      { model: '*', cluster: 'main' },
    ],
  };
}
