import type { Simulator } from '@holdfast/simulator/simulator';
import { cluster, endpoint } from '../support/configs.ts';
import type { TestPool } from './token-pool.ts';

export interface StormOptions {
  readonly pool: TestPool;
  /** Tells the provider which gateway calls. */
  readonly replica: string;
  readonly rotatorPort: number;
  readonly redisUrl: string;
  readonly simulator: Simulator;
  /** Further top-level keys. */
  readonly more: object;
}

/** A pool behind one endpoint, so that nothing but its tokens can help a request; and a model with a minimum interval. */
export function stormConfig({ pool, replica, rotatorPort, redisUrl, simulator, more }: StormOptions) {
  return {
    state: { redis_url: redisUrl },
    services: { token_rotator: { port: rotatorPort } },
    health: { probe: 'models' }, // lets the rotator validate tokens
    token_pools: { github: { tokens: pool.tokens, strategy: 'round_robin' } },
    clusters: {
      pooled: {
        protocol: 'openai',
        endpoints: [
          {
            name: 'pooled',
            base_url: simulator.baseUrl('pooled'),
            token_pool: 'github',
            headers: { 'x-replica': replica },
          },
        ],
      },
      paced: cluster('openai', endpoint('paced', simulator.baseUrl('paced'))),
    },
    routes: [
      { model: 'big', cluster: 'pooled' },
      { model: 'small', cluster: 'pooled' },
      { model: 'paced', cluster: 'paced', throttle: { min_interval: '2s' } },
      { model: 'unpaced', cluster: 'paced' },
    ],
    ...more,
  };
}
