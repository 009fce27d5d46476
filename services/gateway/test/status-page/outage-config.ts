import type { Simulator } from '@holdfast/simulator/simulator';
import { type ConfigFile, tiers } from '../start-gateway.ts';

/** Found in nothing that the admin port shows. */
export const CANARY = 'sk-canary-5b1f07d3e2';

/** A cluster of two tiers whose breakers open at once, and one with a pool of two tokens. */
export const outageConfig = (simulator: Simulator): ConfigFile => ({
  breaker: { max_failures: 1 },
  token_pools: {
    free: {
      tokens: [
        { name: 'TOKEN_A', value: `${CANARY}-a`, account: 'first' },
        { name: 'TOKEN_B', value: `${CANARY}-b`, account: 'second' },
      ],
    },
  },
  clusters: {
    main: {
      protocol: 'openai',
      endpoints: tiers(simulator, ['primary', 'secondary'], { api_key: CANARY }),
    },
    tokens: {
      protocol: 'openai',
      endpoints: [{ name: 'pooled', base_url: simulator.baseUrl('pooled'), token_pool: 'free' }],
    },
  },
  routes: [
    { model: 'free-*', cluster: 'tokens' },
    { model: '*', cluster: 'main' },
  ],
});

/** What a client may send as the name of a model. */
export const HOSTILE_NAMES = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '" onmouseover="alert(2)',
  "' autofocus onfocus='alert(3)",
  '</td></tr></table></main><style>*{display:none}</style>',
  '&lt;script&gt;alert(4)&lt;/script&gt;',
  '\u202e\u0000gnp.exe\u200b',
  'x'.repeat(256),
];

/** A delivery of one alert, as Alertmanager sends it. */
export const alert = (state: 'firing' | 'resolved', runbook?: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    alerts: [
      {
        status: state,
        labels: { alertname: 'HoldfastEndpointDown', severity: 'warning', llm_cluster: 'main' },
        annotations: { summary: '<b>primary</b> is down', ...(runbook ? { runbook_url: runbook } : {}) },
        startsAt: '2026-01-01T00:00:00Z',
        endsAt: state === 'resolved' ? '2026-01-01T00:05:00Z' : '0001-01-01T00:00:00Z',
      },
    ],
  }),
});
