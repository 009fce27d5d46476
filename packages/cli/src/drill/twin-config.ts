import type { Config, Endpoint } from '@holdfast/config/types';
import type { Simulator } from '@holdfast/simulator/simulator';
import type { DrillScenario } from './scenarios.ts';

export interface TwinOptions {
  readonly config: Config;
  readonly scenario: DrillScenario;
  /** The cluster under test. */
  readonly cluster: string;
  readonly simulator: Simulator;
  /** How many times as fast the configured time runs. */
  readonly speed: number;
  /** Where nobody listens. */
  readonly deadUrl: string;
}

/**
 * The user's configuration with a simulated twin in the place of each endpoint: policies and routes as they are, no key, no
 * token, no header of the user's. What limits clients on purpose is off, since it is no outage: client keys and limits,
 * throttle, model limits. Tells the simulator how the twins behave.
 */
export function twinConfig({ config, scenario, cluster, simulator, speed, deadUrl }: TwinOptions): Config {
  const primary = primaryOf(config, cluster);
  const twinOf = (endpoint: Endpoint): Endpoint => {
    const fails = scenario.breaks === 'all' || (scenario.breaks === 'primary' && endpoint.id === primary.id);
    const upstream = `${scenario.name} ${cluster} ${endpoint.id}`;
    if (fails && scenario.how !== 'refused')
      simulator.behave(upstream, scenario.how(endpoint.protocol, speed));
    return {
      ...endpoint,
      baseUrl: fails && scenario.how === 'refused' ? deadUrl : simulator.baseUrl(upstream),
      apiKey: endpoint.apiKey === null ? null : 'drill-key',
      headers: {},
    };
  };
  return {
    ...config,
    server: { ...config.server, host: '127.0.0.1', port: 0, adminPort: 0, clientKeys: [], adminKeys: [] },
    rateLimit: { ...config.rateLimit, enabled: false },
    modelLimits: {},
    routes: config.routes.map((route) => ({ ...route, throttle: { ...route.throttle, enabled: false } })),
    tokenPools: config.tokenPools.map((pool) => ({
      ...pool,
      tokens: pool.tokens.map((token) => ({ ...token, value: `drill-token-${token.name}` })),
    })),
    clusters: config.clusters.map((each) => ({ ...each, endpoints: each.endpoints.map(twinOf) })),
  };
}

/** The first endpoint of the first tier. */
export function primaryOf({ clusters }: Config, name: string): Endpoint {
  const { endpoints } = clusters.find((cluster) => cluster.name === name)!;
  const first = Math.min(...endpoints.map(({ priority }) => priority));
  return endpoints.find(({ priority }) => priority === first)!;
}
